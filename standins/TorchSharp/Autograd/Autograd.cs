using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class autograd
        {
            /// <summary>Gradients of <paramref name="outputs"/> with respect to <paramref name="inputs"/>, leaving every
            /// <c>grad</c> as it is.
            /// An unused input answers null if <paramref name="allow_unused"/>.</summary>
            public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor> grad_outputs = null,
                bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
            {
                var results = new nint[inputs.Count];
                fixed (nint* o = Handles(outputs), i = Handles(inputs), g = Handles(grad_outputs), r = results)
                    Bridge.Check(Bridge.ts_autograd_grad(o, outputs.Count, i, inputs.Count, g, grad_outputs?.Count ?? 0,
                        retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, r));
                GC.KeepAlive(outputs);
                GC.KeepAlive(inputs);
                GC.KeepAlive(grad_outputs);
                return Array.ConvertAll(results, h => h == 0 ? null : new Tensor(h));
            }

            public static void backward(IList<Tensor> tensors, IList<Tensor> grad_tensors = null, bool? retain_graph = null,
                bool create_graph = false, IList<Tensor> inputs = null) =>
                Backward(tensors, grad_tensors, retain_graph, create_graph, inputs);

            public static void backward(Tensor tensor, IList<Tensor> grad_tensors = null, bool? retain_graph = null,
                bool create_graph = false, IList<Tensor> inputs = null) =>
                Backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

            public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false,
                IList<Tensor> inputs = null) =>
                Backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

            public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);

            public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);

            internal static unsafe void Backward(IList<Tensor> roots, IList<Tensor> grads, bool? retain, bool create, IList<Tensor> inputs)
            {
                fixed (nint* r = Handles(roots), g = Handles(grads), i = Handles(inputs))
                    Bridge.Check(Bridge.ts_backward(r, roots.Count, g, grads?.Count ?? 0, retain ?? create ? 1 : 0, create ? 1 : 0,
                        i, inputs?.Count ?? 0));
                GC.KeepAlive(roots);
                GC.KeepAlive(grads);
                GC.KeepAlive(inputs);
            }

            internal static nint[] Handles(IList<Tensor> tensors)
            {
                var handles = new nint[tensors?.Count ?? 0];
                for (int i = 0; i < handles.Length; i++)
                    handles[i] = tensors[i]?.LiveHandle ?? 0;
                return handles;
            }
        }

        public static IDisposable no_grad() => new GradMode(false);

        public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

        public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

        public static bool is_grad_enabled() => Bridge.ts_grad_enabled() != 0;

        public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

        public static bool is_inference_mode_enabled() => Bridge.ts_inference_enabled() != 0;

        // The modes are the thread's; disposing brings the previous one back.
        sealed class GradMode : IDisposable
        {
            readonly bool previous = is_grad_enabled();
            bool disposed;

            internal GradMode(bool enabled) => Bridge.ts_set_grad_enabled(enabled ? 1 : 0);

            public void Dispose()
            {
                if (disposed)
                    return;
                disposed = true;
                Bridge.ts_set_grad_enabled(previous ? 1 : 0);
            }
        }

        sealed class InferenceMode(bool enabled) : IDisposable
        {
            nint mode = Bridge.ts_inference_begin(enabled ? 1 : 0);

            public void Dispose()
            {
                if (mode != 0)
                    Bridge.ts_inference_end(mode);
                mode = 0;
            }
        }
    }

    /// <summary>While alive, the backward pass checks for NaN and names the forward operator at fault.</summary>
    public class AnomalyMode : IDisposable
    {
        readonly bool previousEnabled = IsEnabled;
        readonly bool previousCheck = ShouldCheckNaN;
        bool disposed;

        public AnomalyMode(bool enabled, bool check_nan = true) => Bridge.ts_set_anomaly(enabled ? 1 : 0, check_nan ? 1 : 0);

        public static bool IsEnabled => Bridge.ts_anomaly_enabled() != 0;

        public static bool ShouldCheckNaN => Bridge.ts_anomaly_check_nan() != 0;

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (disposed)
                return;
            disposed = true;
            Bridge.ts_set_anomaly(previousEnabled ? 1 : 0, previousCheck ? 1 : 0);
        }
    }
}
