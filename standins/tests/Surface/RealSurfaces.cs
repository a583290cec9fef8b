using System.Reflection;

namespace Standins.Tests.Surface;

/// <summary>The lists of the real libraries' public members, kept outside of the repository.</summary>
internal static class RealSurfaces
{
    /// <summary>The nearest folder shared/api beside the repository or further up, or null.</summary>
    public static string Folder
    {
        get
        {
            string root = typeof(RealSurfaces).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(entry => entry.Key == "RepositoryRoot").Value;
            for (var folder = new DirectoryInfo(root).Parent; folder is not null; folder = folder.Parent)
            {
                string found = Path.Combine(folder.FullName, "shared", "api");
                if (Directory.Exists(found))
                    return found;
            }
            return null;
        }
    }

    /// <summary>The lines of a list, or null where there is none.</summary>
    public static string[] Lines(string file) =>
        Folder is { } folder && File.Exists(Path.Combine(folder, file)) ? File.ReadAllLines(Path.Combine(folder, file)) : null;
}
