namespace MLNetWsss.Imaging;

/// <summary>
/// Memory at a fixed, 64-byte aligned address that grows and is used again: inner loops keep pointers into it, the collector frees it.
/// </summary>
internal sealed unsafe class PinnedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;

    private byte[] _bytes = [];
    private long _capacity;

    /// <summary>The first element; valid until the next call of <see cref="Reserve"/> or <see cref="Grow"/>.</summary>
    public T* Pointer { get; private set; }

    /// <summary>Room for <paramref name="count"/> elements with unknown content.</summary>
    /// <exception cref="OutOfMemoryException">More than 2 GB in one buffer.</exception>
    public T* Reserve(long count)
    {
        if (count > _capacity || Pointer == null)
            Allocate(count);
        return Pointer;
    }

    /// <summary>Room for <paramref name="count"/> elements whose first <paramref name="kept"/> keep their content.</summary>
    public T* Grow(long count, long kept)
    {
        if (count <= _capacity && Pointer != null)
            return Pointer;
        // The old array has to stay alive until its content is copied.
        var old = _bytes;
        var from = Pointer;
        Allocate(count);
        if (kept > 0)
            Buffer.MemoryCopy(from, Pointer, count * sizeof(T), kept * sizeof(T));
        GC.KeepAlive(old);
        return Pointer;
    }

    private void Allocate(long count)
    {
        var bytes = count * sizeof(T) + Alignment;
        if (bytes > Array.MaxLength)
            throw new OutOfMemoryException(
                $"The image needs a buffer of {bytes >> 20} MB, more than one array can hold. Work on a smaller image.");
        _bytes = GC.AllocateUninitializedArray<byte>((int)bytes, pinned: true);
        var address = (nuint)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        Pointer = (T*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
        _capacity = count;
    }
}
