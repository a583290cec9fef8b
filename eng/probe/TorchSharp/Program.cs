using System.Runtime.InteropServices;
using static TorchSharp.torch;

try
{
    Console.WriteLine(ones(2, 2).sum().item<float>() == 4 ? "loads" : "computes wrong sums");
    return 0;
}
catch (Exception e)
{
    // TorchSharp tells where it looked; the system's loader tells what it lacks.
    string bridge = Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", "libLibTorchSharp.so");
    if (File.Exists(bridge))
        try
        {
            NativeLibrary.Load(bridge);
        }
        catch (DllNotFoundException missing)
        {
            Console.Error.WriteLine(missing.Message);
        }
    Console.Error.WriteLine(e);
    return 1;
}
