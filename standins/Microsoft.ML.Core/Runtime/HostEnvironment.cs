namespace Microsoft.ML.Runtime;

/// <summary>The settings and the message sink that all hosts of one context share.</summary>
internal sealed class HostSettings(int? seed, Action<string, ChannelMessage> log)
{
    public ComponentCatalog Catalog { get; } = new();

    public int? Seed { get; } = seed;

    public int? GpuDeviceId { get; set; }

    public bool FallbackToCpu { get; set; }

    public string TempFilePath { get; set; } = Path.GetTempPath();

    public void Log(string source, ChannelMessage message) => log(source, message);
}

/// <summary>A node of the tree of hosts; the root belongs to the context.</summary>
internal sealed class HostEnvironment : IHost, IHostEnvironmentInternal
{
    private const string ThrowingComponentKey = "Throwing component";
    private const string MarkKey = "ML_IsMarked";

    private readonly HostSettings _settings;
    private readonly string _name;

    public HostEnvironment(int? seed, Action<string, ChannelMessage> log)
        : this(new HostSettings(seed, log), "", seed is int s ? new Random(s) : new Random())
    {
    }

    private HostEnvironment(HostSettings settings, string name, Random rand)
    {
        _settings = settings;
        _name = name;
        Rand = rand;
    }

    public string ContextDescription => _name.Length == 0 ? "HostEnvironment" : _name;

    public Random Rand { get; }

    public ComponentCatalog ComponentCatalog => _settings.Catalog;

    public int? Seed => _settings.Seed;

    public int? GpuDeviceId { get => _settings.GpuDeviceId; set => _settings.GpuDeviceId = value; }

    public bool FallbackToCpu { get => _settings.FallbackToCpu; set => _settings.FallbackToCpu = value; }

    public string TempFilePath { get => _settings.TempFilePath; set => _settings.TempFilePath = value; }

    public IHost Register(string name, int? seed = null, bool? verbose = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        int own;
        // Hosts may be registered from several threads, and Random is not safe to share.
        lock (Rand)
            own = seed ?? Rand.Next();
        return new HostEnvironment(_settings, Nested(name), new Random(own));
    }

    public IChannel Start(string name) => new Channel(this, Nested(name));

    public IPipe<TMessage> StartPipe<TMessage>(string name) =>
        typeof(TMessage) == typeof(ChannelMessage) ? (IPipe<TMessage>)Start(name) : new SilentPipe<TMessage>(this);

    public IProgressChannel StartProgressChannel(string name) => new ProgressChannel();

    public TException Process<TException>(TException ex)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(ex);
        ex.Data[ThrowingComponentKey] = ContextDescription;
        return Mark(ex);
    }

    /// <summary>Marks an exception as meant for the caller, so that a reflective call on the way does not hide it.</summary>
    internal static TException Mark<TException>(TException ex)
        where TException : Exception
    {
        ex.Data[MarkKey] = true;
        return ex;
    }

    internal static bool IsMarked(Exception ex) => ex?.Data.Contains(MarkKey) == true;

    internal void Log(string source, ChannelMessage message) => _settings.Log(source, message);

    private string Nested(string name) => _name.Length == 0 ? name : $"{_name}; {name}";

    /// <summary>Pipes other than channels have no listener in an MLContext.</summary>
    private sealed class SilentPipe<TMessage>(HostEnvironment owner) : IPipe<TMessage>
    {
        public string ContextDescription => owner.ContextDescription;

        public TException Process<TException>(TException ex)
            where TException : Exception => owner.Process(ex);

        public void Send(TMessage msg)
        {
        }

        public void Dispose()
        {
        }
    }

    /// <summary>Progress never reaches the context's log; it is accepted and dropped.</summary>
    private sealed class ProgressChannel : IProgressChannel
    {
        public IProgressChannel StartProgressChannel(string name) => new ProgressChannel();

        public void SetHeader(ProgressHeader header, Action<IProgressEntry> fillAction)
        {
        }

        public void Checkpoint(params double?[] values)
        {
        }

        public void Dispose()
        {
        }
    }
}
