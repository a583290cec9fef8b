using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>Where every program with ML.NET begins: catalogs, seed, device, log.</summary>
public sealed class MLContext : IHostEnvironmentInternal
{
    private readonly HostEnvironment _root;
    private readonly Lock _optionsGate = new();
    private readonly Dictionary<string, object> _options = [];

    public MLContext(int? seed = null)
    {
        _root = new HostEnvironment(seed, (source, message) =>
            Log?.Invoke(this, new LoggingEventArgs(message.Message, message.Kind, source)));
        Transforms = new TransformsCatalog(this);
        Model = new ModelOperationsCatalog(this);
        Data = new DataOperationsCatalog(this);
    }

    /// <summary>Raised for every message that a component sends.</summary>
    public event EventHandler<LoggingEventArgs> Log;

    public TransformsCatalog Transforms { get; }

    public ModelOperationsCatalog Model { get; }

    public DataOperationsCatalog Data { get; }

    public ComponentCatalog ComponentCatalog => _root.ComponentCatalog;

    public string TempFilePath { get => _root.TempFilePath; set => _root.TempFilePath = value; }

    public bool FallbackToCpu { get => _root.FallbackToCpu; set => _root.FallbackToCpu = value; }

    public int? GpuDeviceId { get => _root.GpuDeviceId; set => _root.GpuDeviceId = value; }

    int? IHostEnvironmentInternal.Seed => _root.Seed;

    string IExceptionContext.ContextDescription => _root.ContextDescription;

    TException IExceptionContext.Process<TException>(TException ex) => _root.Process(ex);

    IHost IHostEnvironment.Register(string name, int? seed, bool? verbose) => _root.Register(name, seed, verbose);

    IChannel IChannelProvider.Start(string name) => _root.Start(name);

    IPipe<TMessage> IChannelProvider.StartPipe<TMessage>(string name) => _root.StartPipe<TMessage>(name);

    IProgressChannel IProgressChannelProvider.StartProgressChannel(string name) => _root.StartProgressChannel(name);

    public bool TryAddOption<T>(string name, T value)
    {
        lock (_optionsGate)
            return _options.TryAdd(name, value);
    }

    public void SetOption<T>(string name, T value)
    {
        lock (_optionsGate)
            _options[name] = value;
    }

    public bool TryGetOption<T>(string name, out T value)
    {
        lock (_optionsGate)
        {
            bool found = _options.TryGetValue(name, out object option);
            value = found ? (T)option : default;
            return found;
        }
    }

    public T GetOptionOrDefault<T>(string name) => TryGetOption(name, out T value) ? value : default;

    public bool RemoveOption(string name)
    {
        lock (_optionsGate)
            return _options.Remove(name);
    }
}
