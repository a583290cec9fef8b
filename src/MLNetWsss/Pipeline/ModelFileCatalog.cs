using System.IO.Compression;
using Microsoft.ML;
using MLNetWsss.Pipeline;

namespace MLNetWsss;

/// <summary>Checks of saved models under <c>mlContext.Model</c>.</summary>
public static class ModelFileCatalog
{
    extension(ModelOperationsCatalog catalog)
    {
        /// <summary>
        /// Compares every checksum of a saved model before ML.NET reads it; call it before <c>Load</c> on files that came a long way. The
        /// stages of this library check the file as well, but ML.NET reads the saved schema first, and ML.NET 5.0.1 can read a damaged one
        /// for ever.
        /// </summary>
        /// <param name="path">A file that <c>mlContext.Model.Save</c> wrote.</param>
        /// <exception cref="FormatException">The file is damaged, or is no saved model; the message names the file and the entry.</exception>
        /// <exception cref="FileNotFoundException">There is no such file.</exception>
        public void RequireWhole(string path)
        {
            using var stream = File.OpenRead(path);
            try
            {
                catalog.RequireWhole(stream);
            }
            catch (FormatException e)
            {
                throw new FormatException($"'{path}': {e.Message}", e);
            }
        }

        /// <summary>The same of a stream, which is left where it was.</summary>
        /// <param name="stream">A stream that can seek, with the model from its beginning.</param>
        /// <exception cref="FormatException">The content is damaged, or is no saved model; the message names the entry.</exception>
        public void RequireWhole(Stream stream)
        {
            ArgumentNullException.ThrowIfNull(stream);
            long position = stream.Position;
            try
            {
                using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
                ModelFile.RequireWhole(archive);
            }
            catch (InvalidDataException e)
            {
                throw new FormatException($"This is no saved model, or its end is missing: {e.Message} Copy the file again from where it was " +
                    "made, or train and save it anew.", e);
            }
            finally
            {
                stream.Position = position;
            }
        }
    }
}
