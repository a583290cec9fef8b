namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>Sets the learning rates of an optimizer's groups; call <c>step</c> once an epoch, after the optimizer.</summary>
            public abstract class LRScheduler
            {
                protected int _step_count;

                private protected readonly Optimizer _optimizer;
                private protected readonly List<double> _baseRates;
                private protected int _epoch;
                private readonly bool _verbose;

                protected LRScheduler() { }

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    _optimizer = optimizer;
                    _epoch = last_epoch;
                    _verbose = verbose;
                    if (last_epoch == -1)
                        foreach (var group in optimizer.ParamGroups) group.InitialLearningRate = group.LearningRate;
                    _baseRates = [.. optimizer.ParamGroups.Select(group => group.InitialLearningRate)];
                }

                public virtual void step() => step(null);

                /// <summary>Goes on by one epoch, or to the epoch given.</summary>
                public virtual void step(int? epoch)
                {
                    _step_count++;
                    _epoch = epoch ?? _epoch + 1;
                    List<double> rates = [.. epoch is null ? get_lr() : get_closed_form_lr()];
                    foreach (var (group, rate) in _optimizer.ParamGroups.Zip(rates))
                    {
                        if (_verbose && group.LearningRate != rate) Console.WriteLine($"Adjusting learning rate to {rate}");
                        group.LearningRate = rate;
                    }
                }

                public virtual void step(double current, int? epoch = null) =>
                    throw new InvalidOperationException($"{GetType().Name} does not depend on a metric. Call step().");

                public IEnumerable<double> get_last_lr() => _optimizer.ParamGroups.Select(group => group.LearningRate);

                /// <summary>The rates of the current epoch from those of the one before, so that schedulers can be chained.</summary>
                protected virtual IEnumerable<double> get_lr() => CurrentRates;

                /// <summary>The rates of the current epoch from the initial ones.</summary>
                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                private protected IEnumerable<double> CurrentRates => _optimizer.ParamGroups.Select(group => group.LearningRate);

                private protected IEnumerable<double> Current(double factor) => CurrentRates.Select(rate => rate * factor);
                private protected IEnumerable<double> Base(double factor) => _baseRates.Select(rate => rate * factor);
            }
        }
    }
}
