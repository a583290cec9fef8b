using System.Numerics;

namespace MLNetWsss.Imaging;

/// <summary>Numbers lattice points in the order in which they are first met: an open-addressing hash table from 64-bit keys to 0, 1, 2, ...</summary>
internal sealed unsafe class PermutohedralLatticeKeys
{
    private const int FirstSlots = 1 << 15;

    // 2^64 divided by the golden ratio: multiplicative hashing (Knuth, TAOCP 3, 6.4) spreads the regular keys of a lattice evenly.
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    private readonly PinnedBuffer<Slot> _slotBuffer = new();
    private readonly PinnedBuffer<long> _keyBuffer = new();
    private readonly PinnedBuffer<int> _hitBuffer = new();
    private Slot* _slots;
    private long* _keys;
    private int* _hits;
    private int _slotCount;
    private int _shift;

    /// <summary>Number of distinct keys.</summary>
    public int Count { get; private set; }

    /// <summary>The key of every number.</summary>
    public long* Keys => _keys;

    /// <summary>How often <see cref="Add"/> met every number.</summary>
    public int* Hits => _hits;

    /// <summary>Forgets all keys, keeps the memory.</summary>
    public void Clear()
    {
        Count = 0;
        Resize(FirstSlots);
    }

    /// <summary>The number of a key, a new one if the key is new; counts the visit.</summary>
    public int Add(long key)
    {
        var mask = _slotCount - 1;
        for (var i = (int)((ulong)key * Multiplier >> _shift); ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (slot.Number == 0)
                return Insert(ref slot, key);
            if (slot.Key == key)
            {
                _hits[slot.Number - 1]++;
                return slot.Number - 1;
            }
        }
    }

    /// <summary>The number of a key plus one, 0 if there is no such key.</summary>
    public int Find(long key)
    {
        var mask = _slotCount - 1;
        for (var i = (int)((ulong)key * Multiplier >> _shift); ; i = (i + 1) & mask)
        {
            ref var slot = ref _slots[i];
            if (slot.Number == 0 || slot.Key == key)
                return slot.Number;
        }
    }

    private int Insert(ref Slot slot, long key)
    {
        slot.Key = key;
        slot.Number = ++Count;
        _keys[Count - 1] = key;
        _hits[Count - 1] = 1;
        var number = Count - 1;
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
        _hits = _hitBuffer.Grow(slots / 2, Count);
        var mask = slots - 1;
        for (var number = 0; number < Count; number++)
        {
            var i = (int)((ulong)_keys[number] * Multiplier >> _shift);
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
