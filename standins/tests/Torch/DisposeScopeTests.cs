using TorchSharp;
using static TorchSharp.torch;

namespace Standins.Tests.Torch;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_of_what_was_made_inside()
    {
        Tensor inside, result;
        using (var scope = NewDisposeScope())
        {
            inside = ones(2);
            result = inside + 1;
            Assert.Equal(2, scope.DisposablesCount);
            result.Dispose();
            Assert.Equal(1, scope.DisposablesCount);
        }
        Assert.True(inside.IsInvalid);
        Assert.True(result.IsInvalid);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void A_tensor_moved_outwards_lives_as_long_as_the_outer_scope()
    {
        Tensor kept;
        using (var outer = NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                Assert.Same(inner, CurrentDisposeScope);
                kept = ones(2).MoveToOuterDisposeScope();
                Assert.True(outer.Contains(kept));
                Assert.False(inner.Contains(kept));
            }
            Assert.False(kept.IsInvalid);
            Assert.Same(outer, CurrentDisposeScope);
        }
        Assert.True(kept.IsInvalid);
    }

    [Fact]
    public void Moved_out_of_the_outermost_scope_a_tensor_belongs_to_the_caller()
    {
        Tensor first, second;
        using (var scope = NewDisposeScope())
            (first, second) = scope.MoveToOuter(ones(1), ones(1));
        using (first)
        using (second)
        {
            Assert.False(first.IsInvalid);
            Assert.False(second.IsInvalid);
        }
    }

    [Fact]
    public void A_detached_tensor_outlives_every_scope()
    {
        Tensor free;
        using (NewDisposeScope())
        using (NewDisposeScope())
            free = ones(3).DetachFromDisposeScope();
        using (free)
            Assert.False(free.IsInvalid);
    }

    [Fact]
    public void Everything_but_the_kept_is_disposed()
    {
        using var scope = NewDisposeScope();
        var kept = ones(1);
        var lost = ones(1);

        scope.DisposeEverythingBut(kept);

        Assert.False(kept.IsInvalid);
        Assert.True(lost.IsInvalid);
        Assert.True(scope.Contains(kept));
    }

    [Fact]
    public void Scopes_belong_to_their_thread()
    {
        using var scope = NewDisposeScope();
        bool elsewhere = false;
        var thread = new Thread(() =>
        {
            using var tensor = ones(1);
            elsewhere = CurrentDisposeScope is null;
        });
        thread.Start();
        thread.Join();

        Assert.True(elsewhere);
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void A_wrapped_expression_lets_out_its_result_only()
    {
        long before = TorchTest.LiveTensors();
        using (var sum = WrappedTensorDisposeScope(() => ones(2) + ones(2)))
        {
            Assert.Equal([2f, 2f], sum.data<float>().ToArray());
            Assert.Equal(before + 1, Tensor.TotalCount);
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Statistics_count_this_threads_tensors()
    {
        DisposeScopeManager.Statistics.Reset();
        var outside = ones(1);
        using (NewDisposeScope())
        {
            ones(1);
            ones(1).Dispose();
            ones(1).DetachFromDisposeScope().Dispose();
        }
        var statistics = DisposeScopeManager.Statistics;

        Assert.Equal(3, statistics.CreatedInScopeCount);
        Assert.Equal(1, statistics.CreatedOutsideScopeCount);
        Assert.Equal(2, statistics.DisposedInScopeCount);
        Assert.Equal(1, statistics.ThreadTotalLiveCount);
        outside.Dispose();
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Scopes_closed_out_of_order_hand_their_tensors_on()
    {
        var outer = NewDisposeScope();
        var middle = NewDisposeScope();
        var inner = NewDisposeScope();
        var tensor = ones(1);

        middle.Dispose();
        inner.MoveToOuter(tensor);
        inner.Dispose();
        Assert.False(tensor.IsInvalid);
        outer.Dispose();
        Assert.True(tensor.IsInvalid);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void Every_tensor_of_a_training_step_goes_with_its_scope()
    {
        long before = TorchTest.LiveTensors();
        for (int i = 0; i < 20; i++)
        {
            using var scope = NewDisposeScope();
            var weight = randn(4, 3, requires_grad: true);
            weight.matmul(randn(3)).relu().mean().backward();
            Assert.NotNull(weight.grad);
        }
        Assert.Equal(before, TorchTest.LiveTensors());
    }

    [Fact]
    public void Abandoned_tensors_are_finalised()
    {
        long before = TorchTest.LiveTensors();
        Abandon(10);
        Assert.Equal(before, TorchTest.LiveTensors());
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Abandon(int count)
    {
        for (int i = 0; i < count; i++)
            _ = ones(2);
    }
}
