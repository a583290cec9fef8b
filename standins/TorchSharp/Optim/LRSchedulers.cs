namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>Multiplied by gamma every few epochs.</summary>
                public class StepLR : LRScheduler
                {
                    private readonly int _size;
                    private readonly double _gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_size, _gamma) = (step_size, gamma);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Current(_epoch > 0 && _epoch % _size == 0 ? _gamma : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => Base(Math.Pow(_gamma, _epoch / _size));
                }

                /// <summary>Multiplied by gamma at each milestone.</summary>
                public class MultiStepLR : LRScheduler
                {
                    private readonly IList<int> _milestones;
                    private readonly double _gamma;

                    public MultiStepLR(
                        Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_milestones, _gamma) = (milestones, gamma);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() =>
                        Current(Math.Pow(_gamma, _milestones.Count(epoch => epoch == _epoch)));

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        Base(Math.Pow(_gamma, _milestones.Count(epoch => epoch <= _epoch)));
                }

                /// <summary>Multiplied by gamma every epoch.</summary>
                public class ExponentialLR : LRScheduler
                {
                    private readonly double _gamma;

                    public ExponentialLR(Optimizer optimizer, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Current(_epoch > 0 ? _gamma : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => Base(Math.Pow(_gamma, _epoch));
                }

                /// <summary>Multiplied by a factor for the first epochs.</summary>
                public class ConstantLR : LRScheduler
                {
                    private readonly double _factor;
                    private readonly int _epochs;

                    public ConstantLR(
                        Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_factor, _epochs) = (factor, total_iters);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Current(_epoch == 0 ? _factor : _epoch == _epochs ? 1 / _factor : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => Base(_epoch < _epochs ? _factor : 1);
                }

                /// <summary>(1 - epoch / epochs) to a power, then 0.</summary>
                public class PolynomialLR : LRScheduler
                {
                    private readonly int _epochs;
                    private readonly int _power;

                    public PolynomialLR(Optimizer optimizer, int total_iters = 5, int power = 1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_epochs, _power) = (total_iters, power);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Current(_epoch == 0 || _epoch > _epochs
                        ? 1
                        : Math.Pow((1.0 - (double)_epoch / _epochs) / (1.0 - (double)(_epoch - 1) / _epochs), _power));

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        Base(Math.Pow(1.0 - (double)Math.Min(_epoch, _epochs) / _epochs, _power));
                }

                /// <summary>From one factor to another in a straight line over the first epochs.</summary>
                public class LinearLR : LRScheduler
                {
                    private readonly double _start;
                    private readonly double _end;
                    private readonly int _epochs;

                    public LinearLR(
                        Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1, int total_iters = 5, int last_epoch = -1,
                        bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_start, _end, _epochs) = (start_factor, end_factor, total_iters);
                        step();
                    }

                    protected override IEnumerable<double> get_lr() =>
                        Current(_epoch == 0 ? _start : _epoch > _epochs ? 1 : 1 + (_end - _start) / (_epochs * Factor(_epoch - 1)));

                    protected override IEnumerable<double> get_closed_form_lr() => Base(Factor(Math.Min(_epoch, _epochs)));

                    private double Factor(int epoch) => _start + (_end - _start) * epoch / _epochs;
                }

                /// <summary>Half a cosine from the initial rate down to a least one (Loshchilov and Hutter 2017, equation 5).</summary>
                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double _period;
                    private readonly double _least;

                    public CosineAnnealingLR(
                        Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        (_period, _least) = (T_max, eta_min);
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (_epoch == 0) return CurrentRates;
                        // At the foot of the cosine the rate before is the least one, and the quotient below would be 0 / 0.
                        if ((_epoch - 1 - _period) % (2 * _period) == 0)
                            return CurrentRates.Zip(_baseRates, (rate,
                                first) => rate + (first - _least) * (1 - Math.Cos(Math.PI / _period)) / 2);
                        var quotient = (1 + Math.Cos(Math.PI * _epoch / _period)) / (1 + Math.Cos(Math.PI * (_epoch - 1) / _period));
                        return CurrentRates.Select(rate => quotient * (rate - _least) + _least);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        _baseRates.Select(first => _least + (first - _least) * (1 + Math.Cos(Math.PI * _epoch / _period)) / 2);
                }

                /// <summary>The initial rate times a function of the epoch.</summary>
                public class LambdaLR : LRScheduler
                {
                    private readonly List<Func<int, double>> _factors;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose) { }

                    public LambdaLR(
                        Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = [.. lr_lambdas];
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => _baseRates.Zip(_factors, (rate, factor) => rate * factor(_epoch));
                }

                /// <summary>Multiplied every epoch by a function of it.</summary>
                public class MultiplicativeLR : LRScheduler
                {
                    private readonly List<Func<int, double>> _factors;

                    public MultiplicativeLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, optimizer.ParamGroups.Select(_ => lr_lambda), last_epoch, verbose) { }

                    public MultiplicativeLR(
                        Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        _factors = [.. lr_lambdas];
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => 
                        CurrentRates.Zip(_factors, (rate, factor) => _epoch > 0 ? rate * factor(_epoch) : rate);
                }
            }
        }
    }
}
