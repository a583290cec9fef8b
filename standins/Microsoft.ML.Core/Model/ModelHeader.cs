using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The first bytes of a component's entry in a model file: who wrote it and who can read it.</summary>
internal static class ModelHeader
{
    private static ReadOnlySpan<byte> Magic => "ML\0SUBST"u8;

    public static void Write(BinaryWriter writer, VersionInfo version)
    {
        writer.Write(Magic);
        writer.Write(Encoding.Latin1.GetBytes(version.ModelSignature));
        writer.Write(version.VerWrittenCur);
        writer.Write(version.VerReadableCur);
        writer.Write(version.VerWeCanReadBack);
        WriteText(writer, version.LoaderAssemblyName);
        WriteText(writer, version.LoaderSignature);
        WriteText(writer, version.LoaderSignatureAlt);
    }

    public static VersionInfo Read(BinaryReader reader)
    {
        if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic))
        {
            throw Damaged("The model is damaged, or was written by the Microsoft.ML package itself, whose format only that package reads: "
                + "install the package Microsoft.ML to load it.");
        }
        byte[] signature = reader.ReadBytes(VersionInfo.ModelSignatureLength);
        if (signature.Length < VersionInfo.ModelSignatureLength)
            throw Damaged("The model is damaged: its header ends early.");
        try
        {
            return new VersionInfo(Encoding.Latin1.GetString(signature), reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt32(),
                ReadText(reader), ReadText(reader), ReadText(reader));
        }
        catch (Exception ex) when (ex is EndOfStreamException or ArgumentException)
        {
            throw Damaged("The model is damaged: its header ends early or holds impossible signatures.", ex);
        }
    }

    // Only marked errors reach the caller of Model.Load as they are; others arrive wrapped by the reflective call of the loader.
    private static FormatException Damaged(string message, Exception inner = null) =>
        HostEnvironment.Mark(new FormatException(message, inner));

    /// <summary>
    /// Checks that a component of version <paramref name="expected"/> can read what <paramref name="written"/> says it wrote.
    /// </summary>
    public static void Check(VersionInfo written, VersionInfo expected)
    {
        if (written.ModelSignature != expected.ModelSignature)
            throw Damaged($"The model entry is signed '{written.ModelSignature}', but '{expected.ModelSignature}' was expected.");
        if (written.VerReadableCur > expected.VerWrittenCur)
            throw Damaged($"The model needs a reader of version 0x{written.VerReadableCur:x8}; "
                + $"this is version 0x{expected.VerWrittenCur:x8}. Update the library.");
        if (written.VerWrittenCur < expected.VerWeCanReadBack)
            throw Damaged($"The model's version 0x{written.VerWrittenCur:x8} is too old; "
                + $"versions from 0x{expected.VerWeCanReadBack:x8} on can be read. Train it again.");
    }

    /// <summary>Writes a length and UTF-8, or length -1 for null.</summary>
    public static void WriteText(BinaryWriter writer, string text)
    {
        if (text is null)
        {
            writer.Write(-1);
            return;
        }
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    public static string ReadText(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        if (length == -1)
            return null;
        // A damaged length must not allocate: no text is longer than what is left of its entry.
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (length < 0 || length > left)
            throw Damaged($"The model is damaged: a text of {length} bytes where {left} are left.");
        return Encoding.UTF8.GetString(reader.ReadBytes(length));
    }
}
