namespace Microsoft.ML;

/// <summary>A seekable buffer that moves from memory to a temporary file once it grows large; the file goes with the stream.</summary>
internal sealed class SpoolStream(string tempDirectory) : Stream
{
    private const int LargestInMemory = 1 << 20;

    private Stream _store = new MemoryStream();

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _store.Length;

    public override long Position { get => _store.Position; set => _store.Position = value; }

    public override void Flush() => _store.Flush();

    public override int Read(byte[] buffer, int offset, int count) => _store.Read(buffer, offset, count);

    public override int Read(Span<byte> buffer) => _store.Read(buffer);

    public override long Seek(long offset, SeekOrigin origin) => _store.Seek(offset, origin);

    public override void SetLength(long value)
    {
        MoveToFileBeyond(value);
        _store.SetLength(value);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        MoveToFileBeyond(_store.Position + buffer.Length);
        _store.Write(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _store.Dispose();
        base.Dispose(disposing);
    }

    private void MoveToFileBeyond(long length)
    {
        if (length <= LargestInMemory || _store is not MemoryStream memory)
            return;
        Directory.CreateDirectory(tempDirectory);
        var file = new FileStream(Path.Combine(tempDirectory, $"model-{Guid.NewGuid():N}.tmp"), FileMode.CreateNew,
            FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        long position = memory.Position;
        memory.WriteTo(file);
        file.Position = position;
        _store = file;
        memory.Dispose();
    }
}
