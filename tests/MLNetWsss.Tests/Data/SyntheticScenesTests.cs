using MLNetWsss.Data;
using MLNetWsss.Imaging;
using Xunit;

namespace MLNetWsss.Tests.Data;

public sealed class SyntheticScenesTests
{
    private static readonly int Bear = Number("bear"), Frog = Number("frog"), Rabbit = Number("rabbit");

    [Fact]
    public void A_scene_is_the_same_bytes_in_any_order()
    {
        var forwards = Enumerable.Range(0, 6).Select(i => SyntheticScenes.Generate(i)).ToArray();
        for (int i = 5; i >= 0; i--)
        {
            var again = SyntheticScenes.Generate(i);
            Assert.Equal(forwards[i].Image.Pixels, again.Image.Pixels);
            Assert.Equal(forwards[i].Mask.Labels, again.Mask.Labels);
            Assert.Equal(forwards[i].Tags, again.Tags);
        }
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var alone = Enumerable.Range(0, 8).Select(Pixels).ToArray();
        var together = new byte[8][];
        Parallel.For(0, 8, i => together[i] = Pixels(i));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Other_indices_and_other_seeds_are_other_scenes()
    {
        var images = new HashSet<string>();
        for (int seed = -1; seed <= 2; seed++)
        {
            for (int index = -1; index < 4; index++)
                images.Add(Convert.ToHexString(SyntheticScenes.Generate(index, new() { Seed = seed, Size = 32 }).Image.Pixels));
        }
        Assert.Equal(4 * 5, images.Count);
    }

    [Fact]
    public void Tags_are_the_classes_of_the_mask()
    {
        foreach (var scene in Scenes(200))
        {
            var labels = scene.Mask.Labels.ToArray().Distinct().Order().Where(label => label != LabelMap.Background);
            var present = labels.Select(label => label - 1);
            Assert.Equal(present, scene.Tags);
            Assert.NotEmpty(scene.Tags);
            Assert.Equal(scene.Tags.Count, (int)scene.TagVector(5).Sum());
        }
    }

    [Fact]
    public void Every_tag_can_be_seen()
    {
        // The smallest toy is 0.42 x 128 = 53.8 pixels tall, 18.9 pixels a unit; its head has a radius of 0.52 units = 9.8 pixels. Nothing
        // covers heads, and the flattest (a frog's) is an ellipse of 1 x 0.82: pi x 9.8^2 x 0.82 = 247 pixels, less a few on the outline.
        const int SmallestHead = 240;
        for (int i = 0; i < 100; i++)
        {
            var scene = SyntheticScenes.Generate(i);
            foreach (int tag in scene.Tags)
                Assert.True(scene.Mask.Labels.Count((byte)(tag + 1)) >= SmallestHead, $"scene {i}, {SyntheticScenes.ClassNames[tag]}");
        }
    }

    [Fact]
    public void Classes_are_about_equally_frequent_and_cover_a_fifth_to_a_third_of_the_pixels()
    {
        var images = new int[5];
        long foreground = 0;
        foreach (var scene in Scenes(400))
        {
            foreach (int tag in scene.Tags)
                images[tag]++;
            foreach (byte label in scene.Mask.Labels)
                foreground += label > 0 ? 1 : 0;
        }
        Assert.InRange(foreground / (400.0 * 64 * 64), 0.2, 0.34);
        // 1.6 tags a scene over five classes: 128 expected, standard deviation about 9; bears and rabbits invite each other.
        Assert.All(images, count => Assert.InRange(count, 100, 180));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Only_the_first_classes_occur_when_fewer_are_asked_for(int classes)
    {
        var seen = Scenes(60, new() { Classes = classes }).SelectMany(scene => scene.Tags).Distinct().Order();
        Assert.Equal(Enumerable.Range(0, classes), seen);
    }

    [Fact]
    public void A_larger_picture_shows_the_same_scene()
    {
        // Only pixels on an outline may change sides; outlines take less than a twentieth of a picture of 64 pixels.
        const double OutlineShare = 0.05;
        for (int i = 0; i < 20; i++)
        {
            var small = SyntheticScenes.Generate(i, new() { Size = 64 });
            var large = SyntheticScenes.Generate(i, new() { Size = 192 });
            var shrunk = large.Mask.Resize(64, 64);
            int changed = 0;
            for (int pixel = 0; pixel < 64 * 64; pixel++)
                changed += small.Mask.Labels[pixel] != shrunk.Labels[pixel] ? 1 : 0;
            Assert.InRange(changed, 0, (int)(OutlineShare * 64 * 64));
        }
    }

    [Fact]
    public void Outlines_are_edges_of_the_image()
    {
        double across = 0, elsewhere = 0;
        int crossings = 0, others = 0;
        for (int i = 0; i < 40; i++)
        {
            var scene = SyntheticScenes.Generate(i);
            for (int y = 0; y < 128; y++)
            {
                for (int x = 2; x < 128; x++)
                {
                    // Two columns apart, because edges are smooth over one pixel.
                    var (a, b) = (scene.Image[y, x - 2], scene.Image[y, x]);
                    double step = Math.Abs(a.R - b.R) + Math.Abs(a.G - b.G) + Math.Abs(a.B - b.B);
                    if (scene.Mask[y, x - 2] != scene.Mask[y, x])
                        (across, crossings) = (across + step, crossings + 1);
                    else
                        (elsewhere, others) = (elsewhere + step, others + 1);
                }
            }
        }
        double ratio = across / crossings / (elsewhere / others);
        Assert.True(ratio > 2, $"steps across outlines are only {ratio:F2} times those elsewhere");
    }

    [Fact]
    public void Mean_colour_does_not_tell_the_class()
    {
        // Between-class spread against within-class spread of the objects' mean colour (the F ratio without its degrees of freedom):
        // a classifier by mean colour needs this near 1 or above.
        const double Telling = 0.2;
        var means = new List<double[]>[5];
        for (int k = 0; k < 5; k++)
            means[k] = [];
        foreach (var scene in Scenes(400, new() { MaxToys = 1 }))
            means[scene.Tags[0]].Add(MeanColour(scene, label => label > 0));
        for (int channel = 0; channel < 3; channel++)
        {
            var centres = means.Select(list => list.Average(mean => mean[channel])).ToArray();
            double within = means.SelectMany((list, k) => list.Select(mean => Math.Pow(mean[channel] - centres[k], 2))).Average();
            double between = centres.Select(centre => Math.Pow(centre - centres.Average(), 2)).Average();
            Assert.True(between / within < Telling, $"channel {channel}: {between / within:F2}");
        }
    }

    [Fact]
    public void Frogs_lie_in_grass_as_often_as_asked()
    {
        // Grass is the one green ground, and the ground is drawn uniformly from six otherwise: 60 % of frogs plus a sixth of the rest.
        double always = ShareOfGreenGround(1), usually = ShareOfGreenGround(0.6), never = ShareOfGreenGround(0);
        Assert.InRange(always, 0.9, 1);
        Assert.InRange(usually, 0.5, 0.85);
        Assert.InRange(never, 0, 0.35);
    }

    [Fact]
    public void Bears_and_rabbits_keep_company_as_often_as_asked()
    {
        Assert.True(Together(1) > 2 * Together(0), $"{Together(1)} with company, {Together(0)} by chance");

        static int Together(double bias) =>
            Scenes(300, new() { CompanionBias = bias }).Count(scene => scene.Tags.Contains(Bear) && scene.Tags.Contains(Rabbit));
    }

    [Fact]
    public void Without_clutter_and_noise_there_are_still_toys()
    {
        var bare = SyntheticScenes.Generate(3, new() { Clutter = 0, Noise = 0 });
        Assert.NotEmpty(bare.Tags);
        Assert.False(SyntheticScenes.Generate(3).Image.Pixels.SequenceEqual(bare.Image.Pixels));
    }

    [Fact]
    public void An_option_out_of_range_is_named_with_its_value_and_its_range()
    {
        SyntheticSceneOptions[] wrong =
        [
            new() { Size = 31 }, new() { Classes = 6 }, new() { MaxToys = 0 }, new() { GroundBias = 1.5 },
            new() { CompanionBias = double.NaN }, new() { Clutter = -1 }, new() { Noise = 0.5 }, new() { Rotation = 181 },
        ];
        string[] names = ["Size", "Classes", "MaxToys", "GroundBias", "CompanionBias", "Clutter", "Noise", "Rotation"];
        string[] values = ["31", "6", "0", "1.5", "NaN", "-1", "0.5", "181"];
        for (int i = 0; i < wrong.Length; i++)
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => SyntheticScenes.Generate(0, wrong[i]));
            Assert.Equal(names[i], error.ParamName);
            Assert.Contains($"{names[i]} is {values[i]}; choose a value from", error.Message);
        }
    }

    private static int Number(string name) => SyntheticScenes.ClassNames.ToList().IndexOf(name);

    private static byte[] Pixels(int index) => SyntheticScenes.Generate(index).Image.Pixels.ToArray();

    /// <summary>Small scenes, because counting needs no detail.</summary>
    private static IEnumerable<SyntheticScene> Scenes(int count, SyntheticSceneOptions? options = null)
    {
        options = (options ?? new()) with { Size = 64 };
        return Enumerable.Range(0, count).Select(i => SyntheticScenes.Generate(i, options));
    }

    private static double ShareOfGreenGround(double bias)
    {
        var frogs = Scenes(300, new() { GroundBias = bias, MaxToys = 1, Clutter = 0 }).Where(scene => scene.Tags[0] == Frog).ToList();
        return frogs.Count(scene =>
        {
            var mean = MeanColour(scene, label => label == 0);
            return mean[1] > 1.02 * mean[0] && mean[1] > 1.25 * mean[2];
        }) / (double)frogs.Count;
    }

    private static double[] MeanColour(SyntheticScene scene, Predicate<byte> counts)
    {
        var sum = new double[3];
        int pixels = 0;
        for (int i = 0; i < scene.Mask.Labels.Length; i++)
        {
            if (!counts(scene.Mask.Labels[i]))
                continue;
            pixels++;
            for (int channel = 0; channel < 3; channel++)
                sum[channel] += scene.Image.Pixels[3 * i + channel];
        }
        return [.. sum.Select(total => total / pixels)];
    }
}
