using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Descent by gradients over the root of their running mean square (Tieleman and Hinton 2012, lecture 6.5).</summary>
    public class RMSProp : OptimizerHelper, optim.IMomentum
    {
        public RMSProp(
            IEnumerable<Parameter> parameters, double lr = 0.001, double alpha = 0.99, double eps = 1E-08, double weight_decay = 0,
            double momentum = 0, bool centered = false, bool maximize = false)
            : this([new ParamGroup(parameters, (Options)null)], lr, alpha, eps, weight_decay, momentum, centered, maximize) { }

        public RMSProp(
            IEnumerable<ParamGroup> parameters, double lr = 0.001, double alpha = 0.99, double eps = 1E-08, double weight_decay = 0,
            double momentum = 0, bool centered = false, bool maximize = false)
        {
            _defaults = NewOptions(lr, alpha, eps, weight_decay, momentum, centered, maximize);
            foreach (var group in parameters) add_param_group(group);
        }

        public double Momentum
        {
            get => ((Options)_defaults).momentum.Value;
            set => ((Options)_defaults).momentum = value;
        }

        public override void add_param_group(Modules.ParamGroup param_group)
        {
            param_group.Options ??= new Options();
            ((Options)param_group.Options).FillFrom((Options)_defaults);
            AddGroup(param_group, parameter => new State(parameter));
        }

        public override Tensor step(Func<Tensor> closure = null) => _step<ParamGroup>(Step, closure);

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing) DisposeStates();
        }

        private void Step(ParamGroup group)
        {
            var options = group.Options;
            var (alpha, rate) = (options.alpha.Value, options.LearningRate.Value);
            var (parameters, gradients, states) = Trained<State>(group, options.maximize.Value);
            if (parameters.Count == 0) return;
            if (options.weight_decay.Value != 0)
                gradients = [.. Op.RunMany("_foreach_add.List", gradients, parameters, options.weight_decay.Value)];
            foreach (var state in states) state.step++;
            List<Tensor> squares = [.. states.Select(state => state.square_avg)];
            Op.Void("_foreach_mul_.Scalar", squares, alpha);
            Op.Void("_foreach_addcmul_.Scalar", squares, gradients, gradients, 1 - alpha);
            var divisors = options.centered.Value ? Deviations(states, squares, gradients, alpha) : Op.RunMany("_foreach_sqrt", squares);
            Op.Void("_foreach_add_.Scalar", divisors, options.eps.Value);
            if (options.momentum.Value == 0)
            {
                Op.Void("_foreach_addcdiv_.Scalar", parameters, gradients, divisors, -rate);
                return;
            }

            List<Tensor> velocities = [.. states.Select(state => state.momentum_buffer)];
            Op.Void("_foreach_mul_.Scalar", velocities, options.momentum.Value);
            Op.Void("_foreach_addcdiv_.Scalar", velocities, gradients, divisors, 1.0);
            Op.Void("_foreach_add_.List", parameters, velocities, -rate);
        }

        // The root of the mean square less the squared mean.
        private static Tensor[] Deviations(List<State> states, List<Tensor> squares, List<Tensor> gradients, double alpha)
        {
            List<Tensor> means = [.. states.Select(state => state.grad_avg)];
            Op.Void("_foreach_mul_.Scalar", means, alpha);
            Op.Void("_foreach_add_.List", means, gradients, 1 - alpha);
            var variances = Op.RunMany("_foreach_addcmul.Scalar", squares, means, means, -1.0);
            return Op.RunMany("_foreach_sqrt", variances);
        }

        private static Options NewOptions(
            double lr, double alpha, double eps, double weightDecay, double momentum, bool centered, bool maximize)
        {
            if (lr < 0) throw new ArgumentException($"Invalid learning rate: {lr}");
            if (alpha < 0) throw new ArgumentException($"Invalid alpha value: {alpha}");
            if (eps < 0) throw new ArgumentException($"Invalid epsilon value: {eps}");
            if (weightDecay < 0) throw new ArgumentException($"Invalid weight_decay value: {weightDecay}");
            if (momentum < 0) throw new ArgumentException($"Invalid momentum value: {momentum}");
            return new Options
            {
                LearningRate = lr,
                InitialLearningRate = lr,
                alpha = alpha,
                eps = eps,
                weight_decay = weightDecay,
                momentum = momentum,
                centered = centered,
                maximize = maximize,
            };
        }

        public class Options : OptimizerOptions
        {
            public Options() { }

            public double? alpha;
            public double? eps;
            public double? weight_decay;
            public double? momentum;
            public bool? centered;
            public bool? maximize;

            public override void LoadStateDict(OptimizerOptions source)
            {
                base.LoadStateDict(source);
                var other = (Options)source;
                (alpha, eps, weight_decay, momentum, centered, maximize) =
                    (other.alpha, other.eps, other.weight_decay, other.momentum, other.centered, other.maximize);
            }

            public override void LoadStateDict(BinaryReader reader)
            {
                base.LoadStateDict(reader);
                alpha = reader.ReadDouble();
                eps = reader.ReadDouble();
                weight_decay = reader.ReadDouble();
                momentum = reader.ReadDouble();
                centered = reader.ReadBoolean();
                maximize = reader.ReadBoolean();
            }

            public override void SaveStateDict(BinaryWriter writer)
            {
                base.SaveStateDict(writer);
                writer.Write(alpha.Value);
                writer.Write(eps.Value);
                writer.Write(weight_decay.Value);
                writer.Write(momentum.Value);
                writer.Write(centered.Value);
                writer.Write(maximize.Value);
            }

            internal void FillFrom(Options defaults)
            {
                LearningRate ??= defaults.LearningRate;
                alpha ??= defaults.alpha;
                eps ??= defaults.eps;
                weight_decay ??= defaults.weight_decay;
                momentum ??= defaults.momentum;
                centered ??= defaults.centered;
                maximize ??= defaults.maximize;
            }
        }

        public class ParamGroup : ParamGroup<Options>, optim.IMomentum
        {
            public ParamGroup() { }

            public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

            public ParamGroup(
                IEnumerable<Parameter> parameters, double lr = 0.001, double eps = 1E-08, double alpha = 0.99, double weight_decay = 0,
                double momentum = 0, bool centered = false)
                : base(parameters, NewOptions(lr, alpha, eps, weight_decay, momentum, centered, false)) { }

            public double Momentum
            {
                get => Options.momentum.Value;
                set => Options.momentum = value;
            }
        }

        public sealed class State(Parameter parameter) : OptimizerState(parameter), IDisposable
        {
            public long step;
            public Tensor square_avg;
            public Tensor momentum_buffer;
            public Tensor grad_avg;

            public override void Initialize(OptimizerOptions options)
            {
                step = 0;
                square_avg = NewZeros();
                momentum_buffer = NewZeros();
                if (((Options)options).centered == true) grad_avg = NewZeros();
            }

            public override void LoadStateDict(OptimizerState source)
            {
                var other = (State)source;
                step = other.step;
                Copy(other.square_avg, square_avg);
                Copy(other.momentum_buffer, momentum_buffer);
                Copy(other.grad_avg, ref grad_avg);
            }

            public override void LoadStateDict(BinaryReader reader)
            {
                step = reader.ReadInt64();
                Read(reader, square_avg);
                Read(reader, momentum_buffer);
                LoadConditionalStateTensor(reader, ref grad_avg, square_avg.device);
            }

            public override void SaveStateDict(BinaryWriter writer)
            {
                writer.Write(step);
                square_avg.Save(writer);
                momentum_buffer.Save(writer);
                SaveConditionalStateTensor(writer, grad_avg);
            }

            public override bool ApproximatelyEquals(OptimizerState other) =>
                other is State state && step == state.step && Close(square_avg, state.square_avg) &&
                Close(momentum_buffer, state.momentum_buffer) && Close(grad_avg, state.grad_avg);

            public override void to(Device device)
            {
                Move(ref square_avg, device);
                Move(ref momentum_buffer, device);
                Move(ref grad_avg, device);
            }

            public void Dispose()
            {
                square_avg?.Dispose();
                momentum_buffer?.Dispose();
                grad_avg?.Dispose();
            }
        }
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class optim
        {
            public static RMSProp RMSProp(
                IEnumerable<Parameter> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1E-08, double weight_decay = 0,
                double momentum = 0, bool centered = false, bool maximize = false) =>
                new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);

            public static RMSProp RMSProp(
                IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1E-08,
                double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false) =>
                new(parameters.Select(entry => entry.parameter), lr, alpha, eps, weight_decay, momentum, centered, maximize);

            public static RMSProp RMSProp(
                IEnumerable<RMSProp.ParamGroup> parameters, double lr = 0.01, double alpha = 0.99, double eps = 1E-08,
                double weight_decay = 0, double momentum = 0, bool centered = false, bool maximize = false) =>
                new(parameters, lr, alpha, eps, weight_decay, momentum, centered, maximize);
        }
    }
}
