namespace MLNetWsss.Data;

/// <summary>
/// The heads, the only parts that differ between classes. One unit is the head's radius; the head's base has the body's colour,
/// so that an affinity of colours leads from the face to the body.
/// </summary>
internal static class SceneFaces
{
    private static readonly SceneColor Black = SceneColor.Hex(0x191512), White = SceneColor.Hex(0xF6F2E8);

    /// <summary>Class names in the order of <see cref="Add"/>.</summary>
    public static readonly string[] Names = ["bear", "cat", "frog", "owl", "rabbit"];

    /// <summary>Adds a head: first its base, then ears and features; all that reaches beyond the base goes to the outline too.</summary>
    public static void Add(
        int species, SceneFrame head, SceneFabric cloth, SceneRandom random, List<ScenePart> parts, List<ScenePart> outline)
    {
        var face = new Face(head, new(cloth, Puff: 0.55f, Fuzz: 0.025f), random, parts, outline);
        switch (species)
        {
            case 0: face.Bear(); break;
            case 1: face.Cat(); break;
            case 2: face.Frog(); break;
            case 3: face.Owl(); break;
            default: face.Rabbit(); break;
        }
    }

    private sealed class Face(SceneFrame head, ScenePaint fur, SceneRandom random, List<ScenePart> parts, List<ScenePart> outline)
    {
        private readonly float _wide = random.Range(1, 1.12f), _jitter = random.Range(-0.05f, 0.05f);

        public void Bear()
        {
            var inner = Felt(0xD8B48C);
            Pair(side => Rim(SceneShape.Circle(side * (0.76f + _jitter), -0.74f, 0.44f)));
            Pair(side => On(SceneShape.Circle(side * (0.76f + _jitter), -0.74f, 0.27f), inner));
            Base(0.95f);
            On(SceneShape.Ellipse(0, 0.34f, 0.6f, 0.5f), Felt(0xEAD9B8) with { Puff = 0.35f });
            On(SceneShape.Ellipse(0, 0.14f, 0.26f, 0.19f), Button(Black));
            On(SceneShape.Capsule(0, 0.47f, 0.14f, 0.045f, 0.25f), Ink());
            Pair(side => Bead(side * 0.4f, -0.18f + _jitter, 0.14f));
        }

        public void Cat()
        {
            var inner = Felt(0xE2A3A0);
            Pair(side => Rim(SceneShape.Triangle(side * 0.68f, -0.82f, 0.46f, 0.6f, side * 0.06f)));
            Pair(side => On(SceneShape.Triangle(side * 0.68f, -0.74f, 0.27f, 0.38f, side * 0.06f), inner));
            Base(0.86f);
            for (int stripe = -1; stripe <= 1; stripe++)
                On(SceneShape.Capsule(stripe * 0.22f, -0.58f, 0.13f, 0.06f, 0.25f), Ink());
            var iris = Button(SceneColor.Hex(random.Pick<int>([0xB8C832, 0x8CC152, 0xE0C040])));
            Pair(side =>
            {
                On(SceneShape.Leaf(side * 0.45f, -0.06f, 0.36f, 0.26f, side * -0.04f), iris);
                On(SceneShape.Leaf(side * 0.45f, -0.06f, 0.24f, 0.09f, 0.25f), Ink());
            });
            Pair(side => On(SceneShape.Circle(side * 0.19f, 0.46f, 0.23f), Felt(0xF2E9DA) with { Puff = 0.15f }));
            On(SceneShape.Triangle(0, 0.28f, 0.2f, 0.14f, 0.5f), Felt(0xD9707A));
        }

        public void Frog()
        {
            Base(0.82f);
            Pair(side => Rim(SceneShape.Circle(side * 0.58f, -0.68f, 0.43f)));
            var iris = Button(SceneColor.Hex(random.Pick<int>([0xF2D24B, 0xF5E9B0, 0xF0B840])));
            Pair(side =>
            {
                On(SceneShape.Circle(side * 0.58f, -0.7f, 0.3f), iris);
                On(SceneShape.Capsule(side * 0.58f, -0.7f, 0.12f, 0.075f), Ink());
            });
            On(SceneShape.Smile(0, -0.12f, 0.62f, 0.06f), Ink());
            Pair(side => On(SceneShape.Circle(side * 0.09f, -0.12f, 0.045f), Ink()));
            Pair(side => On(SceneShape.Circle(side * 0.72f, 0.2f, 0.15f), Felt(0xE58C7A)));
        }

        public void Owl()
        {
            Pair(side => Rim(SceneShape.Triangle(side * 0.72f, -0.78f, 0.26f, 0.4f, side * 0.1f)));
            Base(0.98f);
            var disc = Felt(random.Pick<int>([0xF4ECD8, 0xEFE0C2, 0xF6F2E8])) with { Puff = 0.12f };
            var iris = Button(SceneColor.Hex(random.Pick<int>([0xE8912D, 0xE0B030, 0xD9772B])));
            Pair(side => On(SceneShape.Circle(side * 0.44f, -0.12f, 0.47f), disc));
            Pair(side =>
            {
                On(SceneShape.Circle(side * 0.42f, -0.12f, 0.27f), iris);
                Bead(side * 0.42f, -0.12f, 0.17f);
            });
            On(SceneShape.Triangle(0, 0.34f, 0.2f, 0.27f, 0.5f), Button(SceneColor.Hex(0xE39A2E)) with { Puff = 0.15f });
        }

        public void Rabbit()
        {
            float flop = random.Range(0, 0.05f);
            var inner = Felt(0xEBB3B0);
            Pair(side => Rim(SceneShape.Ellipse(side * (0.42f + 3 * flop), -1.35f, 0.3f, 0.85f, side * (0.015f + flop))));
            Pair(side => On(SceneShape.Ellipse(side * (0.42f + 3 * flop), -1.35f, 0.17f, 0.64f, side * (0.015f + flop)), inner));
            Base(0.92f);
            Pair(side => Bead(side * 0.4f, -0.1f + _jitter, 0.15f));
            Pair(side => On(SceneShape.Circle(side * 0.22f, 0.38f, 0.27f), Felt(0xF4ECE0) with { Puff = 0.15f }));
            On(SceneShape.Box(0, 0.7f, 0.17f, 0.17f), Felt(0xFBF8F0));
            On(SceneShape.Ellipse(0, 0.2f, 0.17f, 0.12f), Felt(0xD9707A));
        }

        private static void Pair(Action<int> draw)
        {
            draw(-1);
            draw(1);
        }

        private void Base(float tall) => Rim(SceneShape.Ellipse(0, 0, _wide, tall));

        private void Rim(SceneShape shape)
        {
            var part = new ScenePart(head, shape, fur);
            parts.Add(part);
            outline.Add(part);
        }

        private void On(SceneShape shape, ScenePaint paint) => parts.Add(new(head, shape, paint));

        private void Bead(float x, float y, float radius)
        {
            On(SceneShape.Circle(x, y, radius), Button(Black));
            On(SceneShape.Circle(x - 0.35f * radius, y - 0.4f * radius, 0.32f * radius), new(SceneFabric.Solid(White)));
        }

        private ScenePaint Felt(int rgb) =>
            new(SceneFabric.Solid(SceneColor.Hex(rgb) * random.Range(0.8f, 1.1f), 0.15f, random.NextSeed()), Puff: 0.08f);

        private static ScenePaint Button(SceneColor color) => new(SceneFabric.Solid(color), Puff: 0.1f, Gloss: 0.5f);

        private static ScenePaint Ink() => new(SceneFabric.Solid(Black));
    }
}
