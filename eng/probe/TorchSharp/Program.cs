using System.Runtime.InteropServices;
using static TorchSharp.torch;

try
{
    bool adds = ones(2, 2).sum().item<float>() == 4;
    Console.WriteLine(adds ? "loads" : "computes wrong sums");
    return adds ? 0 : 1;
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
