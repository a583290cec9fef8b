namespace MLNetWsss.Pipeline;

/// <summary>The checksum of PNG chunks and zip entries: ISO 3309's polynomial, lowest bit first (PNG 5.5; RFC 1952, section 8).</summary>
internal static class Crc32
{
    /// <summary>The running checksum of no bytes.</summary>
    internal const uint Start = uint.MaxValue;

    private static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of all of some bytes; of "IEND" it is AE426082.</summary>
    internal static uint Of(ReadOnlySpan<byte> bytes) => ~Append(Start, bytes);

    /// <summary>A running checksum with more bytes; its complement is the checksum.</summary>
    internal static uint Append(uint running, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            running = Table[(byte)(running ^ value)] ^ running >> 8;
        return running;
    }

    private static uint[] MakeTable()
    {
        const uint Polynomial = 0xEDB88320;
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? Polynomial ^ crc >> 1 : crc >> 1;
            table[i] = crc;
        }
        return table;
    }
}
