using MLNetWsss.Imaging;

namespace MLNetWsss.Metrics;

/// <summary>One image's truth and prediction, with void made equal in both, and the buffers that its boundary measures share.</summary>
internal sealed class BoundaryImage
{
    private readonly int _height;
    private readonly int _width;
    private readonly byte[] _truth;
    private readonly byte[] _prediction;
    private readonly int _band;
    private readonly long _squaredTolerance;
    private readonly bool[] _trueSet;
    private readonly bool[] _predictedSet;
    private readonly int[] _trueDistance;
    private readonly int[] _predictedDistance;

    public BoundaryImage(LabelMap prediction, LabelMap truth, BoundaryOptions options)
    {
        (_height, _width) = (truth.Height, truth.Width);
        _truth = truth.Labels.ToArray();
        _prediction = prediction.Labels.ToArray();
        for (var i = 0; i < _truth.Length; i++)
        {
            if (_truth[i] == LabelMap.Ignore)
                _prediction[i] = LabelMap.Ignore;
            else if (_prediction[i] == LabelMap.Ignore)
                _prediction[i] = LabelMap.Background;
        }
        var diagonal = Math.Sqrt((double)_height * _height + (double)_width * _width);
        _band = Math.Max(1, (int)Math.Round(options.BandShare * diagonal));
        var tolerance = (long)Math.Ceiling(options.ToleranceShare * diagonal);
        _squaredTolerance = tolerance * tolerance;
        (_trueSet, _predictedSet) = (new bool[_truth.Length], new bool[_truth.Length]);
        (_trueDistance, _predictedDistance) = (new int[_truth.Length], new int[_truth.Length]);
    }

    /// <summary>The classes that truth or prediction has.</summary>
    public IEnumerable<byte> Classes()
    {
        var seen = new bool[256];
        foreach (var label in _truth)
            seen[label] = true;
        foreach (var label in _prediction)
            seen[label] = true;
        return Enumerable.Range(0, LabelMap.Ignore).Where(label => seen[label]).Select(label => (byte)label);
    }

    /// <summary>Counts every pixel in the ring of its distance to the nearest pixel with a neighbour of another true label.</summary>
    public void CountRings(ConfusionMatrix[] rings)
    {
        for (int y = 0, i = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++, i++)
                _trueSet[i] = HasOtherNeighbour(_truth, y, x, _truth[i]);
        }
        DistanceTransform.SquaredEuclidean(_trueSet, _height, _width, _trueDistance);
        for (var i = 0; i < _truth.Length; i++)
        {
            if (_truth[i] == LabelMap.Ignore || _trueDistance[i] >= rings.Length * rings.Length)
                continue;
            rings[(int)Math.Sqrt(_trueDistance[i])].AddCount(_truth[i], _prediction[i], 1);
        }
    }

    /// <summary>Intersection and union, in pixels, of the bands inside both masks of a class that lie within the band's width of their
    /// edge. The image's border is an edge too, as in the measure's definition by erosion.</summary>
    public (long Intersection, long Union) Bands(byte label)
    {
        DistanceToOthers(_truth, label, _trueSet, _trueDistance);
        DistanceToOthers(_prediction, label, _predictedSet, _predictedDistance);
        long intersection = 0, union = 0;
        for (var i = 0; i < _truth.Length; i++)
        {
            var isTrue = !_trueSet[i] && _trueDistance[i] <= _band;
            var isPredicted = !_predictedSet[i] && _predictedDistance[i] <= _band;
            intersection += isTrue && isPredicted ? 1 : 0;
            union += isTrue || isPredicted ? 1 : 0;
        }
        return (intersection, union);
    }

    /// <summary>Boundary F of one class; 0 if only one of the masks has a boundary, nothing if neither has.</summary>
    public double? BoundaryF(byte label)
    {
        var trueCount = MarkBoundary(_truth, label, _trueSet);
        var predictedCount = MarkBoundary(_prediction, label, _predictedSet);
        if (trueCount == 0 && predictedCount == 0)
            return null;
        DistanceTransform.SquaredEuclidean(_trueSet, _height, _width, _trueDistance);
        DistanceTransform.SquaredEuclidean(_predictedSet, _height, _width, _predictedDistance);
        double rightly = 0, found = 0;
        for (var i = 0; i < _truth.Length; i++)
        {
            if (_predictedSet[i] && _trueDistance[i] <= _squaredTolerance)
                rightly++;
            if (_trueSet[i] && _predictedDistance[i] <= _squaredTolerance)
                found++;
        }
        if (rightly == 0 || found == 0)
            return 0;
        var (precision, recall) = (rightly / predictedCount, found / trueCount);
        return 2 * precision * recall / (precision + recall);
    }

    private void DistanceToOthers(byte[] labels, byte label, bool[] others, int[] distances)
    {
        for (var i = 0; i < labels.Length; i++)
            others[i] = labels[i] != label;
        DistanceTransform.Chessboard(others, _height, _width, borderIsSet: true, distances);
    }

    /// <summary>Marks the pixels of a class that touch another label within the image and counts them.</summary>
    private int MarkBoundary(byte[] labels, byte label, bool[] set)
    {
        var count = 0;
        for (int y = 0, i = 0; y < _height; y++)
        {
            for (var x = 0; x < _width; x++, i++)
            {
                set[i] = labels[i] == label && HasOtherNeighbour(labels, y, x, label);
                count += set[i] ? 1 : 0;
            }
        }
        return count;
    }

    private bool HasOtherNeighbour(byte[] labels, int y, int x, byte label)
    {
        var i = y * _width + x;
        return (x > 0 && labels[i - 1] != label) || (x < _width - 1 && labels[i + 1] != label)
            || (y > 0 && labels[i - _width] != label) || (y < _height - 1 && labels[i + _width] != label);
    }
}
