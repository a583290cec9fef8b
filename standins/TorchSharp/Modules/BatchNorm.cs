using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Normalises the channels of [N,C] or [N,C,L] over the batch, by running statistics in evaluation.</summary>
    public sealed class BatchNorm1d : nn.Module<Tensor, Tensor>
    {
        private readonly BatchStatistics _settings;

        internal BatchNorm1d(BatchStatistics settings, Device device, ScalarType? dtype) : base(nameof(BatchNorm1d))
        {
            _settings = settings;
            (weight, bias) = settings.NewAffine(device, dtype);
            if (!settings.Tracked) return;
            (running_mean, running_var) = settings.NewRunning(device, dtype);
            ConditionallyRegisterBuffer(nameof(num_batches_tracked), zeros([], dtype: ScalarType.Int64, device: device));
        }

        public Parameter weight
        {
            get => OwnParameter(nameof(weight));
            set => ConditionallyRegisterParameter(nameof(weight), value);
        }

        public Parameter bias
        {
            get => OwnParameter(nameof(bias));
            set => ConditionallyRegisterParameter(nameof(bias), value);
        }

        public Tensor running_mean
        {
            get => OwnBuffer(nameof(running_mean));
            set => ConditionallyRegisterBuffer(nameof(running_mean), value);
        }

        public Tensor running_var
        {
            get => OwnBuffer(nameof(running_var));
            set => ConditionallyRegisterBuffer(nameof(running_var), value);
        }

        public Tensor num_batches_tracked => OwnBuffer(nameof(num_batches_tracked));

        public override Tensor forward(Tensor tensor)
        {
            BatchStatistics.RequireRank(GetName(), tensor, 2, 3);
            return _settings.Normalize(tensor, weight, bias, running_mean, running_var, num_batches_tracked, training);
        }

        public void reset_running_stats() => BatchStatistics.Reset(running_mean, running_var, num_batches_tracked);
    }

    /// <summary>Normalises the channels of [N,C,H,W] over the batch, by running statistics in evaluation.</summary>
    public sealed class BatchNorm2d : nn.Module<Tensor, Tensor>
    {
        private readonly BatchStatistics _settings;

        internal BatchNorm2d(BatchStatistics settings, Device device, ScalarType? dtype) : base(nameof(BatchNorm2d))
        {
            _settings = settings;
            (weight, bias) = settings.NewAffine(device, dtype);
            if (!settings.Tracked) return;
            (running_mean, running_var) = settings.NewRunning(device, dtype);
            ConditionallyRegisterBuffer(nameof(num_batches_tracked), zeros([], dtype: ScalarType.Int64, device: device));
        }

        public Parameter weight
        {
            get => OwnParameter(nameof(weight));
            set => ConditionallyRegisterParameter(nameof(weight), value);
        }

        public Parameter bias
        {
            get => OwnParameter(nameof(bias));
            set => ConditionallyRegisterParameter(nameof(bias), value);
        }

        public Tensor running_mean
        {
            get => OwnBuffer(nameof(running_mean));
            set => ConditionallyRegisterBuffer(nameof(running_mean), value);
        }

        public Tensor running_var
        {
            get => OwnBuffer(nameof(running_var));
            set => ConditionallyRegisterBuffer(nameof(running_var), value);
        }

        public Tensor num_batches_tracked => OwnBuffer(nameof(num_batches_tracked));

        public override Tensor forward(Tensor tensor)
        {
            BatchStatistics.RequireRank(GetName(), tensor, 4, 4);
            return _settings.Normalize(tensor, weight, bias, running_mean, running_var, num_batches_tracked, training);
        }

        public void reset_running_stats() => BatchStatistics.Reset(running_mean, running_var, num_batches_tracked);
    }

    /// <summary>Normalises the channels of [N,C,D,H,W] over the batch, by running statistics in evaluation.</summary>
    public sealed class BatchNorm3d : nn.Module<Tensor, Tensor>
    {
        private readonly BatchStatistics _settings;

        internal BatchNorm3d(BatchStatistics settings, Device device, ScalarType? dtype) : base(nameof(BatchNorm3d))
        {
            _settings = settings;
            (weight, bias) = settings.NewAffine(device, dtype);
            if (!settings.Tracked) return;
            (running_mean, running_var) = settings.NewRunning(device, dtype);
            ConditionallyRegisterBuffer(nameof(num_batches_tracked), zeros([], dtype: ScalarType.Int64, device: device));
        }

        public Parameter weight
        {
            get => OwnParameter(nameof(weight));
            set => ConditionallyRegisterParameter(nameof(weight), value);
        }

        public Parameter bias
        {
            get => OwnParameter(nameof(bias));
            set => ConditionallyRegisterParameter(nameof(bias), value);
        }

        public Tensor running_mean
        {
            get => OwnBuffer(nameof(running_mean));
            set => ConditionallyRegisterBuffer(nameof(running_mean), value);
        }

        public Tensor running_var
        {
            get => OwnBuffer(nameof(running_var));
            set => ConditionallyRegisterBuffer(nameof(running_var), value);
        }

        public Tensor num_batches_tracked => OwnBuffer(nameof(num_batches_tracked));

        public override Tensor forward(Tensor tensor)
        {
            BatchStatistics.RequireRank(GetName(), tensor, 5, 5);
            return _settings.Normalize(tensor, weight, bias, running_mean, running_var, num_batches_tracked, training);
        }

        public void reset_running_stats() => BatchStatistics.Reset(running_mean, running_var, num_batches_tracked);
    }

    /// <summary>The hyper-parameters of a batch norm and what it does with them.</summary>
    internal sealed record BatchStatistics(long Features, double Eps, double Momentum, bool Affine, bool Tracked)
    {
        public (Parameter, Parameter) NewAffine(Device device, ScalarType? dtype) => !Affine
            ? (null, null)
            : (new Parameter(ones([Features], dtype: dtype, device: device)),
                new Parameter(zeros([Features], dtype: dtype, device: device)));

        public (Tensor, Tensor) NewRunning(Device device, ScalarType? dtype) =>
            (zeros([Features], dtype: dtype, device: device), ones([Features], dtype: dtype, device: device));

        public Tensor Normalize(Tensor input, Tensor weight, Tensor bias, Tensor mean, Tensor variance, Tensor count, bool training)
        {
            if (training && count is not null)
            {
                using var _ = no_grad();
                Op.InPlace("add_.Scalar", count, 1);
            }

            // Without running statistics the batch's own serve in evaluation too.
            var ofBatch = training || mean is null;
            return nn.functional.batch_norm(input, mean, variance, weight, bias, ofBatch, Momentum, Eps);
        }

        public static void Reset(Tensor mean, Tensor variance, Tensor count)
        {
            if (mean is null) return;
            using var _ = no_grad();
            Op.InPlace("zero_", mean);
            Op.InPlace("fill_.Scalar", variance, 1.0);
            Op.InPlace("zero_", count);
        }

        public static void RequireRank(string layer, Tensor input, int least, int most)
        {
            var rank = input.dim();
            if (rank >= least && rank <= most) return;
            var expected = least == most ? $"{least}D" : $"{least}D or {most}D";
            throw new ArgumentException($"{layer}: expected {expected} input, found {rank}D.");
        }
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static BatchNorm1d BatchNorm1d(
                long features, double eps = 1E-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device device = null, ScalarType? dtype = null) =>
                new(new BatchStatistics(features, eps, momentum, affine, track_running_stats), device, dtype);

            public static BatchNorm2d BatchNorm2d(
                long features, double eps = 1E-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device device = null, ScalarType? dtype = null) =>
                new(new BatchStatistics(features, eps, momentum, affine, track_running_stats), device, dtype);

            public static BatchNorm3d BatchNorm3d(
                long features, double eps = 1E-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device device = null, ScalarType? dtype = null) =>
                new(new BatchStatistics(features, eps, momentum, affine, track_running_stats), device, dtype);
        }
    }
}
