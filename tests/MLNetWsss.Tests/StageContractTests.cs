using System.Reflection;
using System.Text.Json;
using Microsoft.ML;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests;

/// <summary>What holds for every stage of the library. A stage joins by its line in <see cref="StageCase.All"/>.</summary>
public sealed partial class StageContractTests
{
    public static TheoryData<string> Stages => [.. StageCase.All.Select(c => c.Name)];

    public static TheoryData<string> TrainedStages => [.. StageCase.All.Where(c => c.Options is TrainingOptions).Select(c => c.Name)];

    /// <summary>Stages whose output for a row depends on that row alone.</summary>
    public static TheoryData<string> RowStages => [.. StageCase.All.Where(c => !c.MapsWholeViews).Select(c => c.Name)];

    /// <summary>Stages that look at all rows of a view together.</summary>
    public static TheoryData<string> WholeViewStages => [.. StageCase.All.Where(c => c.MapsWholeViews).Select(c => c.Name)];

    [Fact]
    public void Every_stage_of_the_library_is_under_contract()
    {
        var transformers = typeof(StageTransformer).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(StageTransformer))
            && !t.IsAbstract);
        Assert.Equal(transformers.Select(t => t.Name.Replace("Transformer", "")).Order(), StageCase.All.Select(c => c.Name).Order());
    }

    [Theory, MemberData(nameof(Stages))]
    public void Defaults_are_valid(string name)
    {
        var stage = StageCase.Named(name).Make(new MLContext(1), null);
        Assert.NotEmpty(stage.Columns.Writes);
        var defaults = (StageOptions)Activator.CreateInstance(StageCase.Named(name).Options.GetType())!;
        Assert.NotNull(StageCase.Named(name).Create(new MLContext(1), defaults));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Presets_are_valid(string name)
    {
        var type = StageCase.Named(name).Options.GetType();
        foreach (var preset in type.GetProperties(BindingFlags.Public | BindingFlags.Static).Where(p => p.PropertyType == type))
            Assert.NotNull(StageCase.Named(name).Create(new MLContext(1), (StageOptions)preset.GetValue(null)!));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Every_option_survives_json(string name)
    {
        var options = StageCase.Named(name).Options;
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            if (Another(property, options) is not { } value)
                continue;
            var changed = Copy(options);
            property.SetValue(changed, value);
            var read = JsonSerializer.Deserialize(changed.ToJson(), options.GetType(), StageOptions.Json);
            Assert.Equal(value, property.GetValue(read));
            Assert.Equal(changed.ToJson(), ((StageOptions)read!).ToJson());
        }
    }

    [Theory, MemberData(nameof(Stages))]
    public void An_option_that_this_version_does_not_know_is_refused(string name)
    {
        var options = StageCase.Named(name).Options;
        string json = options.ToJson().Insert(1, "\"FromTheFuture\":1,");
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, options.GetType(), StageOptions.Json));
    }

    [Theory, MemberData(nameof(Stages))]
    public void Options_out_of_range_fail_at_construction_and_say_which(string name)
    {
        var bad = StageCase.Named(name).Options with { PredictionBatch = 0 };
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => StageCase.Named(name).Create(new MLContext(1), bad));
        Assert.Contains("PredictionBatch is 0", error.Message);
        if (StageCase.Named(name).Options is not TrainingOptions training)
            return;
        foreach (var (wrong, option) in new (TrainingOptions, string)[]
        {
            (training with { Epochs = 0 }, "Epochs"),
            (training with { LearningRate = double.NaN }, "LearningRate"),
            (training with { Optimizer = (OptimizerKind)9 }, "Optimizer"),
            (training with { Precision = (Precision)9 }, "Precision"),
            (training with { Backbone = new() { OutputStride = 7 } }, "OutputStride"),
            (training with { Augmentation = new() { CropSize = 0 } }, "CropSize")
        })
            Assert.Contains(option, Assert.ThrowsAny<ArgumentException>(() => StageCase.Named(name).Create(new MLContext(1), wrong))
                .Message);
    }

    [Theory, MemberData(nameof(Stages))]
    public void The_promised_schema_is_the_real_one(string name)
    {
        var fitted = FittedStage.Of(name);
        var promised = fitted.Stage.Estimator.GetOutputSchema(MLNetInternals.ShapeOf(fitted.Data.Schema));
        var real = MLNetInternals.ShapeOf(fitted.Model.GetOutputSchema(fitted.Data.Schema));
        Assert.Equal(Described(real), Described(promised));
        Assert.Equal(Described(real), Described(MLNetInternals.ShapeOf(fitted.Model.Transform(fitted.Data).Schema)));
        Assert.All(fitted.Written, column => Assert.Contains(real, c => c.Name == column));
    }

    [Theory, MemberData(nameof(Stages))]
    public void A_missing_column_fails_and_the_message_lists_what_was_there(string name)
    {
        var stage = FittedStage.Of(name);
        foreach (var column in stage.Stage.Columns.Reads.Concat(stage.Stage.Columns.Trains))
        {
            var without = Without(stage, column.Name);
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => stage.Stage.Estimator.Fit(without));
            Assert.Contains($"'{column.Name}'", error.Message);
            Assert.Contains(name, error.Message);
            Assert.All(without.Schema, present => Assert.Contains(present.Name, error.Message));
            Assert.Throws<ArgumentOutOfRangeException>(() => stage.Stage.Estimator.GetOutputSchema(MLNetInternals.ShapeOf(without.Schema)));
        }
        foreach (var column in stage.Stage.Columns.Reads)
            Assert.Throws<ArgumentOutOfRangeException>(() => stage.Model.Transform(Without(stage, column.Name)));
    }

    [Theory, MemberData(nameof(Stages))]
    public void A_column_of_another_type_fails_and_the_message_names_both_types(string name)
    {
        var stage = FittedStage.Of(name);
        foreach (var column in stage.Stage.Columns.Reads.Concat(stage.Stage.Columns.Uses).Concat(stage.Stage.Columns.Trains))
        {
            var wrong = stage.Context.Transforms.CopyColumns(column.Name, "Id").Fit(stage.Data).Transform(stage.Data);
            var error = Assert.Throws<ArgumentOutOfRangeException>(() => stage.Stage.Estimator.Fit(wrong));
            Assert.Contains($"'{column.Name}'", error.Message);
            Assert.Contains(column.Expected, error.Message);
            Assert.Contains("String", error.Message);
            Assert.Throws<ArgumentOutOfRangeException>(() => stage.Stage.Estimator.GetOutputSchema(MLNetInternals.ShapeOf(wrong.Schema)));
        }
    }

    [Theory, MemberData(nameof(Stages))]
    public void Training_columns_are_not_needed_to_predict(string name)
    {
        var stage = FittedStage.Of(name);
        var optional = stage.Stage.Columns.Trains.Concat(stage.Stage.Columns.Uses).Select(c => c.Name)
            .Except(stage.Stage.Columns.Reads.Select(c => c.Name));
        var view = stage.Context.Transforms.DropColumns([.. optional, "Index"]).Fit(stage.Data).Transform(stage.Data);
        Assert.Equal(8, RowDigest.Rows(stage.Model.Transform(view), stage.Written).Count);
    }

    private static IDataView Without(FittedStage stage, string column) =>
        stage.Context.Transforms.DropColumns(column).Fit(stage.Data).Transform(stage.Data);

    private static StageOptions Copy(StageOptions options) => options with { };

    /// <summary>A value that the option does not have now; null for what JSON leaves out on purpose and for records and lists.</summary>
    private static object? Another(PropertyInfo property, object options) => property.GetValue(options) switch
    {
        bool b => !b,
        int i => i + 1,
        double d => d + 0.125,
        float f => f + 0.125f,
        string s => s + "2",
        Enum e => Enum.GetValues(e.GetType()).Cast<object>().First(v => !v.Equals(e)),
        null when property.PropertyType == typeof(string) => "somewhere",
        null when property.PropertyType == typeof(int?) => 7,
        _ => null
    };

    private static string[] Described(SchemaShape? shape) => shape is null ? [] : [.. shape
        .Select(c => $"{c.Name}: {c.Kind} of {c.ItemType}{(c.IsKey ? ", a key" : "")} [{string.Join("; ", Described(c.Annotations))}]")
            .Order()];
}
