using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Stochastic gradient descent with momentum (Sutskever et al. 2013, 2).</summary>
    public class SGD : OptimizerHelper, optim.IMomentum
    {
        public SGD(
            IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0,
            bool nesterov = false, bool maximize = false)
            : this([new ParamGroup(parameters, (Options)null)], lr, momentum, dampening, weight_decay, nesterov, maximize) { }

        public SGD(
            IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0,
            bool nesterov = false, bool maximize = false)
        {
            _defaults = NewOptions(lr, momentum, dampening, weight_decay, nesterov, maximize);
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
            var momentum = options.momentum.Value;
            var (parameters, gradients, states) = Trained<State>(group, options.maximize.Value);
            if (parameters.Count == 0) return;
            if (options.weight_decay.Value != 0)
                gradients = [.. Op.RunMany("_foreach_add.List", gradients, parameters, options.weight_decay.Value)];
            if (momentum != 0)
            {
                var velocities = Velocities(states, gradients, momentum, options.dampening.Value);
                gradients = options.nesterov.Value ? [.. Op.RunMany("_foreach_add.List", gradients, velocities, momentum)] : velocities;
            }

            Op.Void("_foreach_add_.List", parameters, gradients, -options.LearningRate.Value);
        }

        // A parameter's first velocity is its gradient, without dampening.
        private static List<Tensor> Velocities(List<State> states, List<Tensor> gradients, double momentum, double dampening)
        {
            List<Tensor> moving = [], pushes = [];
            foreach (var (state, gradient) in states.Zip(gradients))
            {
                if (state.momentum_buffer is null)
                {
                    state.momentum_buffer = gradient.clone().DetachFromDisposeScope();
                    continue;
                }

                moving.Add(state.momentum_buffer);
                pushes.Add(gradient);
            }

            if (moving.Count > 0)
            {
                Op.Void("_foreach_mul_.Scalar", moving, momentum);
                Op.Void("_foreach_add_.List", moving, pushes, 1 - dampening);
            }

            return [.. states.Select(state => state.momentum_buffer)];
        }

        private static Options NewOptions(
            double lr, double momentum, double dampening, double weightDecay, bool nesterov, bool maximize)
        {
            if (lr < 0) throw new ArgumentException($"Invalid learning rate: {lr}");
            if (momentum < 0) throw new ArgumentException($"Invalid momentum value: {momentum}");
            if (weightDecay < 0) throw new ArgumentException($"Invalid weight_decay value: {weightDecay}");
            if (nesterov && (momentum == 0 || dampening != 0))
                throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening");
            return new Options
            {
                LearningRate = lr,
                InitialLearningRate = lr,
                momentum = momentum,
                dampening = dampening,
                weight_decay = weightDecay,
                nesterov = nesterov,
                maximize = maximize,
            };
        }

        public class Options : OptimizerOptions
        {
            public Options() { }

            public double? momentum;
            public double? dampening;
            public double? weight_decay;
            public bool? nesterov;
            public bool? maximize;

            public override void LoadStateDict(OptimizerOptions source)
            {
                base.LoadStateDict(source);
                var other = (Options)source;
                (momentum, dampening, weight_decay, nesterov, maximize) =
                    (other.momentum, other.dampening, other.weight_decay, other.nesterov, other.maximize);
            }

            public override void LoadStateDict(BinaryReader reader)
            {
                base.LoadStateDict(reader);
                momentum = reader.ReadDouble();
                dampening = reader.ReadDouble();
                weight_decay = reader.ReadDouble();
                nesterov = reader.ReadBoolean();
                maximize = reader.ReadBoolean();
            }

            public override void SaveStateDict(BinaryWriter writer)
            {
                base.SaveStateDict(writer);
                writer.Write(momentum.Value);
                writer.Write(dampening.Value);
                writer.Write(weight_decay.Value);
                writer.Write(nesterov.Value);
                writer.Write(maximize.Value);
            }

            internal void FillFrom(Options defaults)
            {
                LearningRate ??= defaults.LearningRate;
                momentum ??= defaults.momentum;
                dampening ??= defaults.dampening;
                weight_decay ??= defaults.weight_decay;
                nesterov ??= defaults.nesterov;
                maximize ??= defaults.maximize;
            }
        }

        public class ParamGroup : ParamGroup<Options>, optim.IMomentum
        {
            public ParamGroup() { }

            public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

            public ParamGroup(
                IEnumerable<Parameter> parameters, double lr = 0.001, double momentum = 0, double dampening = 0, double weight_decay = 0,
                bool nesterov = false, bool maximize = false)
                : base(parameters, NewOptions(lr, momentum, dampening, weight_decay, nesterov, maximize)) { }

            public double Momentum
            {
                get => Options.momentum.Value;
                set => Options.momentum = value;
            }
        }

        public sealed class State(Parameter parameter) : OptimizerState(parameter), IDisposable
        {
            public Tensor momentum_buffer;

            public override void Initialize(OptimizerOptions options) { }

            public override void LoadStateDict(OptimizerState source) => Copy(((State)source).momentum_buffer, ref momentum_buffer);

            public override void LoadStateDict(BinaryReader reader) =>
                LoadConditionalStateTensor(reader, ref momentum_buffer, _parameter.device);

            public override void SaveStateDict(BinaryWriter writer) => SaveConditionalStateTensor(writer, momentum_buffer);

            public override bool ApproximatelyEquals(OptimizerState other) =>
                other is State state && Close(momentum_buffer, state.momentum_buffer);

            public override void to(Device device) => Move(ref momentum_buffer, device);
            public void Dispose() => momentum_buffer?.Dispose();
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
            public static SGD SGD(
                IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0,
                double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0,
                double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters.Select(entry => entry.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static SGD SGD(
                IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0, double dampening = 0,
                double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);
        }
    }
}
