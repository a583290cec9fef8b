using Microsoft.ML.Runtime;
using TorchSharp;

namespace MLNetWsss.Pipeline;

/// <summary>Where networks run: <c>MLContext.GpuDeviceId</c> and <c>FallbackToCpu</c> decide.</summary>
internal static class Devices
{
    /// <exception cref="InvalidOperationException">A GPU was asked for, is not there, and <c>FallbackToCpu</c> is false.</exception>
    internal static torch.Device Choose(IHostEnvironment environment)
    {
        if (MLNetInternals.GpuDeviceId(environment) is not { } gpu)
            return torch.CPU;
        if (torch.cuda.is_available() && gpu < torch.cuda.device_count())
            return new torch.Device(DeviceType.CUDA, gpu);
        if (MLNetInternals.FallbackToCpu(environment))
            return torch.CPU;
        throw new InvalidOperationException($"MLContext.GpuDeviceId is {gpu}, and no such CUDA device is available to TorchSharp. " +
            "Reference the TorchSharp-cuda package of your system and check the driver, or set MLContext.FallbackToCpu = true.");
    }

    /// <summary>Sets the threads of a network's arithmetic; 0 means every core.</summary>
    internal static void UseThreads(int threads)
    {
        NativeMemory.Keep();
        int wanted = threads > 0 ? threads : Environment.ProcessorCount;
        if (torch.get_num_threads() != wanted)
            torch.set_num_threads(wanted);
    }
}
