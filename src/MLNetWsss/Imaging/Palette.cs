namespace MLNetWsss.Imaging;

/// <summary>Up to 256 colours, one a label. Label 255 ("ignore") always has a colour: its own entry, else VOC's pale void colour.</summary>
public sealed class Palette
{
    private static readonly (byte R, byte G, byte B) Void = (224, 224, 192);

    private readonly (byte R, byte G, byte B)[] _colors;

    private Palette((byte R, byte G, byte B)[] colors) => _colors = colors;

    /// <summary>
    /// PASCAL VOC's 256 colours: the label's bits, taken three at a time from the lowest, become the bits of red, green and blue from the
    /// highest (the colour map of the VOC development kit). 0 is black, 1 (128,0,0), 2 (0,128,0), 15 (192,128,128), 255 (224,224,192).
    /// </summary>
    public static Palette Voc { get; } = new([.. Enumerable.Range(0, 256).Select(VocColor)]);

    /// <summary>The number of labels that have a colour of their own, counted from 0.</summary>
    public int Count => _colors.Length;

    /// <summary>The colour of a label.</summary>
    /// <exception cref="ArgumentException">The palette has no colour for the label.</exception>
    public (byte R, byte G, byte B) this[int label]
    {
        get
        {
            if ((uint)label < (uint)_colors.Length)
                return _colors[label];
            if (label == LabelMap.Ignore)
                return Void;
            throw new ArgumentException(
                $"Label {label} has no colour: the palette holds {Count}, for labels 0..{Count - 1}. " +
                "Use a larger palette, such as Palette.Voc.");
        }
    }

    /// <summary>A palette of given colours; the first one is the background's.</summary>
    /// <exception cref="ArgumentException">There are none, or more than 256.</exception>
    public static Palette FromColors(params (byte R, byte G, byte B)[] colors)
    {
        ArgumentNullException.ThrowIfNull(colors);
        if (colors.Length is 0 or > 256)
            throw new ArgumentException($"A palette holds 1 to 256 colours, but {colors.Length} were given.", nameof(colors));
        return new Palette([.. colors]);
    }

    /// <summary>Black for the background and <paramref name="count"/> - 1 bright colours whose hues are spread by the golden angle, so that
    /// neighbouring labels differ strongly for any count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not within 1..256.</exception>
    public static Palette Distinct(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 256);
        var colors = new (byte R, byte G, byte B)[count];
        for (var i = 1; i < count; i++)
        {
            // Every third turn darker or paler: past a dozen colours hue alone no longer separates neighbours.
            var (saturation, value) = (i % 3) switch { 1 => (0.85, 1.0), 2 => (0.65, 0.8), _ => (0.45, 0.95) };
            colors[i] = FromHue((i - 1) * 0.61803398875 % 1, saturation, value);
        }
        return new Palette(colors);
    }

    private static (byte R, byte G, byte B) VocColor(int label)
    {
        int r = 0, g = 0, b = 0;
        for (var bit = 7; label > 0; bit--, label >>= 3)
        {
            r |= (label & 1) << bit;
            g |= ((label >> 1) & 1) << bit;
            b |= ((label >> 2) & 1) << bit;
        }
        return ((byte)r, (byte)g, (byte)b);
    }

    private static (byte R, byte G, byte B) FromHue(double hue, double saturation, double value)
    {
        return (Channel(5), Channel(3), Channel(1));

        byte Channel(int offset)
        {
            var k = (offset + hue * 6) % 6;
            return (byte)(255 * (value - value * saturation * Math.Clamp(Math.Min(k, 4 - k), 0, 1)) + 0.5);
        }
    }
}
