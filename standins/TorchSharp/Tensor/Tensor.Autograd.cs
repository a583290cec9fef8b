using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    // Gradients of one tensor.
    public partial class Tensor
    {
        public bool requires_grad
        {
            get
            {
                bool required = Bridge.ts_requires_grad(LiveHandle) != 0;
                GC.KeepAlive(this);
                return required;
            }
            set
            {
                Bridge.Check(Bridge.ts_set_requires_grad(LiveHandle, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => Op.Void("retain_grad", this);

        public bool is_leaf
        {
            get
            {
                Bridge.Check(Bridge.ts_is_leaf(LiveHandle, out int leaf));
                GC.KeepAlive(this);
                return leaf != 0;
            }
        }

        /// <summary>The accumulated gradient, or null. Each read answers a new handle on it.</summary>
        public Tensor grad
        {
            get
            {
                Bridge.Check(Bridge.ts_grad(LiveHandle, out var gradient));
                GC.KeepAlive(this);
                return gradient == 0 ? null : new Tensor(gradient);
            }
            set
            {
                Bridge.Check(Bridge.ts_set_grad(LiveHandle, value?.LiveHandle ?? 0));
                GC.KeepAlive(this);
                GC.KeepAlive(value);
            }
        }

        public void backward() => autograd.Backward([this], null, null, false, null);

        public void backward(IList<Tensor> grad_tensors = null, bool create_graph = false, bool retain_graph = false,
            IList<Tensor> inputs = null) =>
            autograd.Backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }
}
