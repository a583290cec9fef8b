using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace MLNetWsss.Imaging;

/// <summary>
/// Numbers lattice points in the order in which they are first met: an open-addressing hash table from 64-bit keys to 0, 1, 2, ...
/// </summary>
/// <remarks>Look-ups of large images miss the cache; who knows its keys beforehand prefetches them a few look-ups ahead.</remarks>
internal sealed unsafe class PermutohedralLatticeKeys
{
    /// <summary>Look-ups between a prefetch and its use.</summary>
    public const int PrefetchDistance = 12;

    private const int FirstSlots = 1 << 12;
    private const int FilterBitsPerKey = 8;

    // 2^64 divided by the golden ratio: multiplicative hashing (Knuth, TAOCP 3, 6.4) spreads the regular keys of a lattice evenly.
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly PinnedBuffer<Slot> _slotBuffer = new();
    private readonly PinnedBuffer<long> _keyBuffer = new();
    private readonly PinnedBuffer<uint> _filterBuffer = new();
    private Slot* _slots;
    private long* _keys;
    private uint* _filter;
    private int _filterShift;
    private int _slotCount;
    private int _shift;

    /// <summary>Number of distinct keys.</summary>
    public int Count { get; private set; }

    /// <summary>The key of every number.</summary>
    public long* Keys => _keys;

    /// <summary>Forgets all keys, keeps the memory; expects about as many as before.</summary>
    public void Clear()
    {
        var slots = Math.Max(FirstSlots, (int)BitOperations.RoundUpToPowerOf2((uint)Count));
        Count = 0;
        Resize(slots);
    }

    /// <summary>Makes room for a number of keys in all.</summary>
    public void MakeRoom(long keys)
    {
        var slots = checked((int)BitOperations.RoundUpToPowerOf2((ulong)keys * 2 + 2));
        if (slots > _slotCount)
            Resize(slots);
    }

    /// <summary>Readies <see cref="MayContain"/> for the keys of this moment.</summary>
    public void BuildFilter()
    {
        var bits = Math.Max(1L << 10, (long)BitOperations.RoundUpToPowerOf2((ulong)Count * FilterBitsPerKey));
        _filterShift = 64 - BitOperations.Log2((ulong)bits);
        _filter = _filterBuffer.Reserve(bits / 32);
        new Span<uint>(_filter, (int)(bits / 32)).Clear();
        for (var i = 0; i < Count; i++)
        {
            var bit = (ulong)_keys[i] * Multiplier >> _filterShift;
            _filter[bit >> 5] |= 1u << (int)(bit & 31);
        }
    }

    /// <summary>0 if there is no such key, else 1; 1 is wrong for about one absent key in eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int MayContain(long key)
    {
        var bit = (ulong)key * Multiplier >> _filterShift;
        return (int)(_filter[bit >> 5] >> (int)(bit & 31) & 1);
    }

    /// <summary>The number of a key, a new one if the key is new.</summary>
    public int Add(long key)
    {
        var mask = _slotCount - 1;
        for (var i = Home(key); ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (slot.Number == 0)
                return Insert(ref slot, key);
            if (slot.Key == key)
                return slot.Number - 1;
        }
    }

    /// <summary>The number of a key plus one, 0 if there is no such key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(long key)
    {
        var mask = _slotCount - 1;
        for (var i = Home(key); ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (slot.Number == 0 || slot.Key == key)
                return slot.Number;
        }
    }

    /// <summary>Starts to load what <see cref="Add"/> or <see cref="Find"/> will look at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(long key)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(_slots + Home(key));
    }

    private int Home(long key) => (int)((ulong)key * Multiplier >> _shift);

    private int Insert(ref Slot slot, long key)
    {
        var number = Count++;
        slot.Key = key;
        slot.Number = Count;
        _keys[number] = key;
        if (Count * 2 == _slotCount)
            Resize(_slotCount * 2);
        return number;
    }

    private void Resize(int slots)
    {
        _slotCount = slots;
        _shift = 64 - BitOperations.Log2((uint)slots);
        _slots = _slotBuffer.Reserve(slots);
        new Span<Slot>(_slots, slots).Clear();
        _keys = _keyBuffer.Grow(slots / 2, Count);
        var mask = slots - 1;
        for (var number = 0; number < Count; number++)
        {
            if (number + PrefetchDistance < Count)
                Prefetch(_keys[number + PrefetchDistance]);
            var i = Home(_keys[number]);
            while (_slots[i].Number != 0)
                i = (i + 1) & mask;
            _slots[i] = new Slot { Key = _keys[number], Number = number + 1 };
        }
    }

    // Number is one above the point's number, so that cleared memory reads as "empty".
    private struct Slot
    {
        public long Key;
        public int Number;
    }
}
