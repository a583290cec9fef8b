namespace Microsoft.ML.Data;

/// <summary>A 128-bit identifier of a row, stable under caching, filtering and shuffling.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    // The odd 64-bit golden-ratio increment and the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    public readonly ulong Low;

    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>An identifier for a row derived from this one.</summary>
    public DataViewRowId Fork() => new(Mix(Low + GoldenGamma), Mix(High ^ GoldenGamma ^ Low));

    /// <summary>An identifier for the next row derived from this one's fork.</summary>
    public DataViewRowId Next() => new(Mix(Low + GoldenGamma + GoldenGamma), Mix(High + Low + GoldenGamma));

    /// <summary>An identifier for a row made of this one and <paramref name="other"/>.</summary>
    public DataViewRowId Combine(DataViewRowId other) =>
        new(Mix((Low * 31) + other.Low + GoldenGamma), Mix((High * 31) + other.High + (Low ^ other.Low)));

    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    public int CompareTo(DataViewRowId other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    public override int GetHashCode() => HashCode.Combine(Low, High);

    public override string ToString() => $"{High:x16}{Low:x16}";
}
