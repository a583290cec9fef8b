using MLNetWsss.Pipeline;

namespace MLNetWsss.GroupRefinement;

/// <summary>
/// Groups to train on, drawn anew each epoch from the seed. The classes lead in turn, so each leads as many groups as any other; the leader
/// is a photo of its class; its partners come from photos with the same tags and, where those run out, from photos that share a class with
/// it, drawn at random. Photos that have not been drawn in this epoch go first. A photo without any partner is grouped with itself, which
/// its random crops make into different views. Photos without tags form groups of their own.
/// </summary>
internal sealed class GroupSampler
{
    private const int NoTag = -1;

    private readonly int[][] _classesOf;
    private readonly string[] _tagSets;
    private readonly int[] _leaders;
    private readonly int _size;
    private readonly long _seed;

    /// <param name="tags">K numbers a photo, above 1/2 where the class is present.</param>
    /// <param name="size">G, photos a group.</param>
    /// <param name="seed">Of the draws.</param>
    internal GroupSampler(IReadOnlyList<float[]> tags, int size, long seed)
    {
        (_size, _seed) = (size, seed);
        _classesOf = [.. tags.Select(ClassesOf)];
        _tagSets = [.. _classesOf.Select(NameOf)];
        _leaders = [.. _classesOf.SelectMany(c => c).Distinct().Order()];
    }

    /// <summary>The present classes; <see cref="NoTag"/> stands for none at all.</summary>
    private static int[] ClassesOf(float[] tags)
    {
        int[] present = [.. Enumerable.Range(0, tags.Length).Where(k => tags[k] > 0.5f)];
        return present.Length > 0 ? present : [NoTag];
    }

    private static string NameOf(int[] classes) => string.Join(' ', classes);

    /// <summary>So many groups of an epoch, one behind the other.</summary>
    internal int[] Epoch(long epoch, int groups)
    {
        var random = Randomness.For(_seed, epoch, -2);
        int[] order = Randomness.Permutation(_classesOf.Length, _seed, epoch);
        var drawn = new bool[order.Length];
        var byTags = order.GroupBy(i => _tagSets[i]).ToDictionary(g => g.Key, g => new Ring(g, drawn));
        var byClass = _leaders.ToDictionary(k => k, k => new Ring(order.Where(i => _classesOf[i].Contains(k)), drawn));
        int[] leaders = [.. _leaders];
        var rows = new List<int>(groups * _size);
        for (int g = 0; g < groups; g++)
        {
            if (g % leaders.Length == 0)
                random.Shuffle(leaders);
            var group = new List<int>(_size);
            int leader = byClass[leaders[g % leaders.Length]].Next(group)!.Value;
            Add(leader);
            while (group.Count < _size && byTags[_tagSets[leader]].Next(group) is { } alike)
                Add(alike);
            int[] classes = [.. _classesOf[leader]];
            random.Shuffle(classes);
            foreach (int k in classes)
                while (group.Count < _size && byClass[k].Next(group) is { } sharing)
                    Add(sharing);
            while (group.Count < _size)
                group.Add(leader);
            rows.AddRange(group);

            void Add(int row)
            {
                group.Add(row);
                drawn[row] = true;
            }
        }
        return [.. rows];
    }

    /// <summary>Photos in a random order, those first that no ring of the epoch has given out yet; then round and round.</summary>
    private sealed class Ring(IEnumerable<int> rows, bool[] drawn)
    {
        private readonly Queue<int> _fresh = new(rows), _again = [];

        /// <summary>The next photo that is not in the group; null if there is none.</summary>
        internal int? Next(List<int> group)
        {
            while (_fresh.TryDequeue(out int row))
            {
                _again.Enqueue(row);
                if (!drawn[row])
                    return row;
            }
            // A group is small, so among one more than its members there is another photo, if there is any.
            for (int tries = Math.Min(_again.Count, group.Count + 1); tries > 0; tries--)
            {
                int row = _again.Dequeue();
                _again.Enqueue(row);
                if (!group.Contains(row))
                    return row;
            }
            return null;
        }
    }
}
