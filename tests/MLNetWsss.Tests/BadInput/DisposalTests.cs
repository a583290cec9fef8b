using Microsoft.ML;
using MLNetWsss.Outsider;
using MLNetWsss.Pipeline;
using MLNetWsss.Tests.Testing;

namespace MLNetWsss.Tests.BadInput;

/// <summary>A model that is used after it was disposed of.</summary>
public sealed class DisposalTests
{
    public static TheoryData<string> Stages => [.. StageCase.All.Select(c => c.Name)];

    [Theory, MemberData(nameof(Stages))]
    public void Every_use_of_a_disposed_model_says_which(string name)
    {
        var fitted = FittedStage.Fit(StageCase.Named(name));
        var view = fitted.Model.Transform(fitted.Data);
        using var cursor = view.GetRowCursor(view.Schema);
        fitted.Model.Dispose();
        using var stream = new MemoryStream();
        foreach (var use in new Action[]
        {
            () => RowDigest.Of(view, fitted.Written),
            () => cursor.MoveNext(),
            () => fitted.Model.Transform(fitted.Data),
            () => fitted.Model.GetRowToRowMapper(fitted.Data.Schema),
            () => fitted.Context.Model.Save(fitted.Model, fitted.Data.Schema, stream)
        })
            Assert.Contains(fitted.Case.System, Assert.Throws<ObjectDisposedException>(use).Message);
    }

    [Fact]
    public void Rows_that_were_computed_before_stay_readable()
    {
        var fitted = FittedStage.Fit(StageCase.Named("ClassActivation"));
        var kept = fitted.Context.Transforms.Wsss.Precompute(fitted.Model.Transform(fitted.Data), ["Cam"]);
        fitted.Model.Dispose();
        Assert.Equal(8, RowDigest.Rows(kept, "Cam").Count);
        Assert.Throws<ObjectDisposedException>(() => RowDigest.Rows(kept, "TagProbabilities"));
    }

    [Fact]
    public void Rows_that_were_computed_are_gone_with_their_view()
    {
        var stage = FittedStage.Of("PseudoLabels");
        var kept = stage.Context.Transforms.Wsss.Precompute(stage.Model.Transform(stage.Data), ["Mask"]);
        ((IDisposable)kept).Dispose();
        Assert.Throws<ObjectDisposedException>(() => RowDigest.Rows(kept, "Mask"));
    }
}
