using System.Diagnostics;

namespace Microsoft.ML.Runtime;

/// <summary>Passes messages on to the context's log under the name of its host and its own.</summary>
internal sealed class Channel : IChannel
{
    private readonly HostEnvironment _owner;
    private readonly string _source;
    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _disposed;

    public Channel(HostEnvironment owner, string source)
    {
        _owner = owner;
        _source = source;
        Trace(MessageSensitivity.None, "Channel started");
    }

    public string ContextDescription => _source;

    public TException Process<TException>(TException ex)
        where TException : Exception => _owner.Process(ex);

    public void Send(ChannelMessage msg) => _owner.Log(_source, msg);

    public void Trace(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Trace, sensitivity, fmt));

    public void Trace(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Trace, sensitivity, fmt, args));

    public void Error(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Error, sensitivity, fmt));

    public void Error(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Error, sensitivity, fmt, args));

    public void Warning(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Warning, sensitivity, fmt));

    public void Warning(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Warning, sensitivity, fmt, args));

    public void Info(MessageSensitivity sensitivity, string fmt) => Send(new(ChannelMessageKind.Info, sensitivity, fmt));

    public void Info(MessageSensitivity sensitivity, string fmt, params object[] args) =>
        Send(new(ChannelMessageKind.Info, sensitivity, fmt, args));

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        Trace(MessageSensitivity.None, "Channel finished. Elapsed {0:c}.", Stopwatch.GetElapsedTime(_started));
    }
}
