using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MLNetWsss.Data;

/// <summary>
/// Which of a list of photos can be read, found out as they are first read: looking at every photo beforehand would cost a whole pass of
/// decoding over a folder of any size. What was found out is kept, so that every pass over the view has the same rows. A photo that is
/// decoded for the test is handed to the row that asks for it, so the test costs nothing in a pass that reads the photos.
/// </summary>
internal sealed class ReadablePhotos(IHostEnvironment environment, IReadOnlyList<string> paths)
{
    private enum State : byte { Unknown, Readable, Unreadable }

    private readonly State[] _states = new State[paths.Count];
    private readonly ThreadLocal<(int Row, MLImage? Image)> _decoded = new(() => (-1, null));
    private readonly Lock _gate = new();
    private int _unknown = paths.Count, _unreadable;

    /// <summary>How many photos can be read; null while some have never been looked at.</summary>
    internal long? Count
    {
        get
        {
            lock (_gate)
                return _unknown == 0 ? paths.Count - _unreadable : null;
        }
    }

    /// <summary>Whether a photo can be read. The first question decodes it.</summary>
    internal bool CanRead(int row)
    {
        lock (_gate)
            if (_states[row] != State.Unknown)
                return _states[row] == State.Readable;
        try
        {
            var image = ImageFiles.Image(paths[row]);
            Take(-1)?.Dispose();
            _decoded.Value = (row, image);
            Found(row, null);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            Found(row, e.Message);
            return false;
        }
    }

    /// <summary>The photo of a row that can be read.</summary>
    internal MLImage Image(int row) => Take(row) ?? ImageFiles.Image(paths[row]);

    /// <summary>The image that this thread decoded last, if it is the wanted row's; -1 takes any.</summary>
    private MLImage? Take(int row)
    {
        var (found, image) = _decoded.Value;
        if (row >= 0 && found != row)
            return null;
        _decoded.Value = (-1, null);
        return image;
    }

    private void Found(int row, string? fault)
    {
        bool last;
        lock (_gate)
        {
            // Another thread may have looked at the same photo meanwhile.
            if (_states[row] != State.Unknown)
                return;
            _states[row] = fault is null ? State.Readable : State.Unreadable;
            _unreadable += fault is null ? 0 : 1;
            last = --_unknown == 0;
        }
        if (fault is null && !(last && _unreadable > 0))
            return;
        using var channel = environment.Start("Load");
        if (fault is not null)
            channel.Warning(MessageSensitivity.UserData, $"Left out: {fault}");
        if (last)
            channel.Warning(MessageSensitivity.None, $"{_unreadable} of {paths.Count} photos cannot be read and were left out.");
    }
}
