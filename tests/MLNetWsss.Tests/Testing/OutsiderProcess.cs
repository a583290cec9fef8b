using System.Diagnostics;

namespace MLNetWsss.Tests.Testing;

/// <summary>Runs <c>MLNetWsss.Outsider</c>, a program without friend access, in a process of its own.</summary>
internal static class OutsiderProcess
{
    /// <summary>What it printed, without the last line's end. Fails the test if it failed.</summary>
    internal static string Run(string workingFolder, params IEnumerable<string> arguments)
    {
        // bin/MLNetWsss.Tests/release -> bin/MLNetWsss.Outsider/release
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string program = Path.Combine(own.Parent!.Parent!.FullName, "MLNetWsss.Outsider", own.Name, "MLNetWsss.Outsider.dll");
        Assert.True(File.Exists(program), $"Expected the outsider at '{program}', built along with the tests.");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = workingFolder
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"The outsider ended with {process.ExitCode}: {errors.Result}{output}");
        return output.TrimEnd();
    }
}
