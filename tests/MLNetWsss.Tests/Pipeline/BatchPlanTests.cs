using MLNetWsss.Pipeline;

namespace MLNetWsss.Tests.Pipeline;

public sealed class BatchPlanTests
{
    [Fact]
    public void Shuffled_rows_come_once_an_epoch_and_in_another_order_the_next()
    {
        var plan = BatchPlan.Shuffled(rows: 11, batchSize: 3, seed: 1);
        Assert.Equal(3, plan.BatchesPerEpoch);
        int[] Epoch(int epoch) => [.. Enumerable.Range(0, 3).SelectMany(b => plan.Batch(epoch * 3 + b))];
        Assert.Equal(9, Epoch(0).Distinct().Count());
        Assert.NotEqual(Epoch(0), Epoch(1));
        // A resumed training asks for a step without those before it.
        Assert.Equal(plan.Batch(7), BatchPlan.Shuffled(11, 3, 1).Batch(7));
    }

    [Fact]
    public void A_plan_of_its_own_decides_rows_and_repeats()
    {
        var plan = new BatchPlan(2, 2, epoch => [0, 0, (int)epoch, 5]);
        Assert.Equal([0, 0], plan.Batch(0));
        Assert.Equal([0, 5], plan.Batch(1));
        Assert.Equal([1, 5], plan.Batch(3));
    }
}
