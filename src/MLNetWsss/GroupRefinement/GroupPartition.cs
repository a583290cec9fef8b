namespace MLNetWsss.GroupRefinement;

/// <summary>Rows that are refined together.</summary>
/// <param name="Rows">Rows of the view; the first <paramref name="Own"/> of them are refined here.</param>
/// <param name="Own">The others are borrowed from full groups: they speak, and what they hear is thrown away.</param>
internal readonly record struct RowGroup(int[] Rows, int Own);

/// <summary>
/// Divides all rows of a view into groups: rows with the same tags first, G at a time; what is left over joins others that share a class;
/// groups that are still too small borrow rows that share a class. Each row is refined once, so the cost grows with the rows alone. The
/// groups depend on what the rows hold and not on their order.
/// </summary>
internal sealed class GroupPartition
{
    private readonly int[][] _classes;
    private readonly ulong[] _keys;
    private readonly int _size;
    private readonly int[] _order;
    private readonly Dictionary<int, List<int>> _byClass = [];

    private GroupPartition(IReadOnlyList<int[]> classes, ulong[] keys, int size)
    {
        (_classes, _keys, _size) = ([.. classes], keys, size);
        _order = [.. Enumerable.Range(0, keys.Length).OrderBy(i => keys[i]).ThenBy(i => i)];
        foreach (int row in _order)
            foreach (int k in _classes[row])
                (_byClass.TryGetValue(k, out var rows) ? rows : _byClass[k] = []).Add(row);
    }

    /// <summary>The groups of a view.</summary>
    /// <param name="classes">The present classes of each row.</param>
    /// <param name="keys">A number a row by which rows are put in order, made from what the row holds.</param>
    /// <param name="size">G.</param>
    internal static List<RowGroup> Of(IReadOnlyList<int[]> classes, ulong[] keys, int size) =>
        new GroupPartition(classes, keys, size).Groups();

    private List<RowGroup> Groups()
    {
        var groups = new List<RowGroup>();
        var left = new List<int>();
        foreach (var alike in _order.GroupBy(row => string.Join(' ', _classes[row])).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            int[] rows = [.. alike];
            if (_classes[rows[0]].Length == 0)
            {
                // Without a class there is nothing to share.
                groups.AddRange(rows.Select(row => new RowGroup([row], 1)));
                continue;
            }
            int whole = rows.Length - rows.Length % _size;
            groups.AddRange(rows.Take(whole).Chunk(_size).Select(chunk => new RowGroup(chunk, _size)));
            left.AddRange(rows.Skip(whole));
        }
        JoinLeftOver(left, groups);
        return groups;
    }

    private void JoinLeftOver(List<int> left, List<RowGroup> groups)
    {
        var free = new HashSet<int>(left);
        var waiting = new Dictionary<int, Queue<int>>();
        foreach (int row in left)
            foreach (int k in _classes[row])
                (waiting.TryGetValue(k, out var rows) ? rows : waiting[k] = []).Enqueue(row);
        for (int i = 0; i < left.Count; i++)
        {
            int first = left[i];
            if (!free.Remove(first))
                continue;
            List<int> group = [first];
            // Rows of the same tags lie side by side here, fewer than a group of them.
            for (int j = i + 1; j < left.Count && _classes[left[j]].SequenceEqual(_classes[first]); j++)
                Join(left[j]);
            foreach (int k in _classes[first])
                while (group.Count < _size && waiting[k].TryDequeue(out int row))
                    Join(row);
            int own = group.Count;
            Borrow(group);
            groups.Add(new RowGroup([.. group], own));

            void Join(int row)
            {
                if (group.Count < _size && free.Remove(row))
                    group.Add(row);
            }
        }
    }

    private void Borrow(List<int> group)
    {
        int first = group[0];
        foreach (int k in _classes[first])
        {
            var rows = _byClass[k];
            int start = (int)(_keys[first] % (ulong)rows.Count);
            for (int i = 0; i < rows.Count && group.Count < _size; i++)
                if (rows[(start + i) % rows.Count] is var row && !group.Contains(row))
                    group.Add(row);
        }
    }
}
