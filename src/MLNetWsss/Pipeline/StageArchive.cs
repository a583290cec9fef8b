using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MLNetWsss.Pipeline;

/// <summary>
/// What a trained stage is on disk: a JSON header (stage, options, class names) and named sections of bytes (weights as safetensors),
/// closed by a SHA-256 over everything before it, because .NET's zip reader does not check CRCs.
/// Nothing is allocated by a length read from the file, and nothing read can run code.
/// </summary>
internal sealed class StageArchive
{
    private const int Format = 1, MaxHeader = 16 << 20, MaxSections = 64, Chunk = 1 << 20;
    private static readonly byte[] Magic = "WSSSTAGE"u8.ToArray();
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, byte[]> _sections = [];

    internal required string Stage { get; init; }
    internal required string OptionsJson { get; init; }
    internal IReadOnlyList<string> ClassNames { get; init; } = [];

    internal byte[] this[string section]
    {
        get => _sections.TryGetValue(section, out var bytes) ? bytes : throw Damaged($"section '{section}' is missing");
        set => _sections[section] = value;
    }

    internal bool Has(string section) => _sections.ContainsKey(section);

    /// <summary>The options as the record that the stage was made with.</summary>
    internal TOptions Options<TOptions>() where TOptions : StageOptions
    {
        try
        {
            var options = JsonSerializer.Deserialize<TOptions>(OptionsJson, StageOptions.Json) ?? throw Damaged("the options are empty");
            options.Validate();
            return options;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw new FormatException($"The saved options of {Stage} cannot be read: {e.Message} Was the model saved by a newer version?", e);
        }
    }

    private sealed record Header(int Format, string Stage, JsonElement Options, IReadOnlyList<string> ClassNames, IReadOnlyList<string> Sections);

    internal void Write(Stream stream)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Put(ReadOnlySpan<byte> bytes)
        {
            digest.AppendData(bytes);
            stream.Write(bytes);
        }
        var header = new Header(Format, Stage, JsonDocument.Parse(OptionsJson).RootElement, ClassNames, [.. _sections.Keys]);
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        Put(Magic);
        Put(BitConverter.GetBytes((long)json.Length));
        Put(json);
        foreach (var bytes in _sections.Values)
        {
            Put(BitConverter.GetBytes((long)bytes.Length));
            Put(bytes);
        }
        stream.Write(digest.GetHashAndReset());
    }

    /// <summary>Reads an archive to its end.</summary>
    /// <exception cref="FormatException">It is truncated, damaged, or from a newer version; the message says which.</exception>
    internal static StageArchive Read(Stream stream)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (!Take(stream, digest, Magic.Length, "its first bytes").AsSpan().SequenceEqual(Magic))
            throw Damaged("it does not begin as a saved stage does");
        var json = Take(stream, digest, Length(stream, digest, MaxHeader, "header"), "header");
        Header header;
        try
        {
            // The parser leaves strings undecoded until they are asked for, so wrong UTF-8 has to be found here.
            header = JsonSerializer.Deserialize<Header>(StrictUtf8.GetString(json)) ?? throw Damaged("the header is empty");
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            throw Damaged($"the header is not JSON ({e.Message})");
        }
        if (header.Format > Format)
            throw new FormatException($"This model has format {header.Format} and this version of MLNetWsss reads up to {Format}. Update the package.");
        if (header is not { Stage: not null, ClassNames: not null, Sections: not null, Options.ValueKind: JsonValueKind.Object } ||
            header.ClassNames.Contains(null!) || header.Sections.Contains(null!) ||
            header.Sections.Count > MaxSections || header.Sections.Distinct().Count() < header.Sections.Count)
            throw Damaged("the header is incomplete or contradicts itself");
        var archive = new StageArchive { Stage = header.Stage, OptionsJson = header.Options.GetRawText(), ClassNames = header.ClassNames };
        foreach (var section in header.Sections)
            archive[section] = Take(stream, digest, Length(stream, digest, Array.MaxLength, section), section);
        var expected = Take(stream, null, SHA256.HashSizeInBytes, "digest");
        return digest.GetHashAndReset().AsSpan().SequenceEqual(expected) ? archive : throw Damaged("its SHA-256 does not match its contents");
    }

    /// <summary>Whether a stream begins as an archive does.</summary>
    internal static bool Begins(Stream stream)
    {
        var start = new byte[Magic.Length];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.AsSpan().SequenceEqual(Magic);
    }

    private static long Length(Stream stream, IncrementalHash digest, long max, string what)
    {
        long length = BitConverter.ToInt64(Take(stream, digest, sizeof(long), what));
        return length >= 0 && length <= max ? length : throw Damaged($"its {what} claims {length} bytes");
    }

    // Grows with what really arrives: a lying length ends as "truncated", not as an allocation.
    private static byte[] Take(Stream stream, IncrementalHash? digest, long length, string what)
    {
        if (stream.CanSeek && stream.Length - stream.Position < length)
            throw Damaged($"it ends inside its {what}: {length} bytes announced, {stream.Length - stream.Position} left");
        var bytes = new byte[Math.Min(length, Chunk)];
        int got = 0;
        while (got < length)
        {
            if (got == bytes.Length)
                Array.Resize(ref bytes, (int)Math.Min(length, bytes.Length * 2L));
            int read = stream.Read(bytes, got, bytes.Length - got);
            if (read == 0)
                throw Damaged($"it ends inside its {what}: {length} bytes announced, {got} found");
            got += read;
        }
        digest?.AppendData(bytes);
        return bytes;
    }

    private static FormatException Damaged(string how) =>
        new($"The saved model is damaged: {how}. Copy the file again from where it was made, or train and save it anew.");
}
