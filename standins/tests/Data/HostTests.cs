using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Standins.Tests.Data;

public sealed class HostTests
{
    private readonly MLContext _ml = new(seed: 7) { GpuDeviceId = 3, FallbackToCpu = true };
    private readonly List<LoggingEventArgs> _log = [];

    public HostTests() => _ml.Log += (_, message) => _log.Add(message);

    [Fact]
    public void Messages_reach_the_log_with_kind_source_and_text()
    {
        using (var channel = Host("Trainer").Start("Fit"))
        {
            channel.Info(MessageSensitivity.None, "loss {0}", 0.5);
            channel.Warning(MessageSensitivity.None, "slow");
            channel.Error(MessageSensitivity.None, "bad {curly");
            channel.Trace(MessageSensitivity.None, "detail");
        }
        var info = Assert.Single(_log, entry => entry.Kind == ChannelMessageKind.Info);
        Assert.Equal("loss 0.5", info.RawMessage);
        Assert.Equal("Trainer; Fit", info.Source);
        Assert.Equal("[Source=Trainer; Fit, Kind=Info] loss 0.5", info.Message);
        Assert.Contains(_log, entry => entry is { Kind: ChannelMessageKind.Warning, RawMessage: "slow" });
        Assert.Contains(_log, entry => entry is { Kind: ChannelMessageKind.Error, RawMessage: "bad {curly" });
        Assert.Contains(_log, entry => entry is { Kind: ChannelMessageKind.Trace, RawMessage: "detail" });
    }

    [Fact]
    public void Fitting_logs_through_the_context()
    {
        var view = _ml.Data.LoadFromEnumerable(Sample.Rows(2));
        new ScalingEstimator(_ml).Fit(view);
        Assert.Contains(_log, entry => entry is { Source: "ScalingEstimator; Fit", RawMessage: "fitting" });
    }

    [Fact]
    public void Progress_channels_are_accepted_and_never_logged()
    {
        using (var progress = Host("Trainer").StartProgressChannel("Training"))
        {
            progress.SetHeader(new ProgressHeader(["loss"], ["epochs"]), entry => entry.SetProgress(0, 1));
            progress.Checkpoint(0.5, 1);
        }
        Assert.DoesNotContain(_log, entry => entry.RawMessage.Contains("0.5"));
    }

    [Fact]
    public void Settings_of_the_context_are_seen_from_every_host()
    {
        var host = Assert.IsAssignableFrom<IHostEnvironmentInternal>(Host("Outer").Register("Inner"));
        Assert.Equal(3, host.GpuDeviceId);
        Assert.True(host.FallbackToCpu);
        Assert.Equal(7, host.Seed);
        _ml.GpuDeviceId = null;
        Assert.Null(host.GpuDeviceId);
    }

    [Fact]
    public void Hosts_draw_the_same_numbers_under_the_same_seed()
    {
        int[] Draw() => [.. Enumerable.Repeat(((IHostEnvironment)new MLContext(seed: 7)).Register("A").Rand, 5)
            .Select(rand => rand.Next())];
        Assert.Equal(Draw(), Draw());
        IHostEnvironment context = new MLContext(seed: 7);
        Assert.NotEqual(context.Register("A").Rand.Next(), context.Register("A").Rand.Next());
        Assert.Equal(new Random(5).Next(), context.Register("A", seed: 5).Rand.Next());
    }

    [Fact]
    public void A_processed_exception_is_the_same_object()
    {
        var error = new FormatException("damaged");
        Assert.Same(error, Host("Loader").Process(error));
        Assert.NotEmpty(error.Data);
    }

    [Fact]
    public void Options_are_kept_by_name()
    {
        Assert.True(_ml.TryAddOption("a", 1));
        Assert.False(_ml.TryAddOption("a", 2));
        Assert.True(_ml.TryGetOption("a", out int value));
        Assert.Equal(1, value);
        Assert.True(_ml.RemoveOption("a"));
        Assert.Equal(0, _ml.GetOptionOrDefault<int>("a"));
    }

    // Libraries outside reach these through UnsafeAccessor and reflection, by exact name and signature.
    [Theory]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.VersionInfo",
        "Void .ctor(System.String, UInt32, UInt32, UInt32, System.String, System.String, System.String)")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelSaveContext", "Void CheckAtModel()")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelSaveContext", "Void SetVersionInfo(Microsoft.ML.VersionInfo)")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelSaveContext", "System.IO.BinaryWriter Writer")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelSaveContext", "Void SaveNonEmptyString(System.String)")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelSaveContext",
        "Void SaveBinaryStream(System.String, System.Action`1[System.IO.BinaryWriter])")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelLoadContext", "System.IO.BinaryReader Reader")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelLoadContext", "Void CheckAtModel(Microsoft.ML.VersionInfo)")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelLoadContext", "System.String LoadNonEmptyString()")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.ModelLoadContext",
        "Boolean TryLoadBinaryStream(System.String, System.Action`1[System.IO.BinaryReader])")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.LoadableClassAttribute",
        "Void .ctor(System.Type, System.Type, System.Type, System.String, System.String[])")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.SchemaShape", "Microsoft.ML.SchemaShape Create(Microsoft.ML.DataViewSchema)")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.SchemaShape+Column",
        "Void .ctor(System.String, VectorKind, Microsoft.ML.Data.DataViewType, Boolean, Microsoft.ML.SchemaShape)")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.Runtime.IHostEnvironmentInternal", "System.Nullable`1[System.Int32] get_GpuDeviceId()")]
    [InlineData("Microsoft.ML.Core", "Microsoft.ML.Runtime.IHostEnvironmentInternal", "System.Nullable`1[System.Int32] get_Seed()")]
    [InlineData("Microsoft.ML.Data", "Microsoft.ML.TransformsCatalog",
        "Microsoft.ML.Runtime.IHostEnvironment Microsoft.ML.Data.IInternalCatalog.get_Environment()")]
    public void Members_that_libraries_reach_for_are_there(string assembly, string type, string member)
    {
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        var members = Assembly.Load(assembly).GetType(type, throwOnError: true).GetMembers(Any);
        Assert.Contains(member, members.Select(found => found.ToString()));
    }

    [Fact]
    public void Version_info_checks_its_signatures()
    {
        Assert.Throws<ArgumentException>(() => new VersionInfo("SHORT", 1, 1, 1, "a", "b"));
        Assert.Throws<ArgumentException>(() => new VersionInfo("LONGENOU", 1, 1, 1, "a", new string('x', 25)));
    }

    private IHost Host(string name) => ((IHostEnvironment)_ml).Register(name);
}
