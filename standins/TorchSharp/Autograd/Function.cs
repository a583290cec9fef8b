using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a custom function carries from its forward to its backward pass.</summary>
        public class AutogradContext : IDisposable
        {
            readonly Dictionary<string, object> data = [];

            internal List<Tensor> ToSave = [];
            internal List<Tensor> Dirty = [];
            internal List<Tensor> Constant = [];
            internal List<Tensor> Saved = [];

            internal AutogradContext() { }

            /// <summary>Whether absent gradients reach the backward pass as zeros rather than as null.</summary>
            public bool MaterializeGrads { get; private set; } = true;

            public void save_for_backward(List<Tensor> tensors) => ToSave = [.. tensors];
            public List<Tensor> get_saved_variables() => Saved;
            public void save_data(string key, object value) => data[key] = value;
            public object get_data(string key) => data[key];
            public void mark_dirty(List<Tensor> tensors) => Dirty = [.. tensors];
            public void mark_non_differentiable(List<Tensor> tensors) => Constant = [.. tensors];
            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            // The graph owns the saved tensors; the handles here are those of the running backward pass.
            protected virtual void Dispose(bool disposing) => Saved = [];
        }

        /// <summary>An operation with a hand-written gradient.</summary>
        public abstract class Function<T> where T : Function<T>, new()
        {
            public abstract string Name { get; }

            internal abstract List<Tensor> Forward(AutogradContext ctx, object[] vars);
            internal abstract List<Tensor> Backward(AutogradContext ctx, List<Tensor> grads);

            public static List<Tensor> apply_internal(params object[] vars)
            {
                var node = new Node { Function = new T() };
                List<Tensor> outputs;
                // Only the tie below may be part of the graph, not the operators that the forward pass is made of.
                using (no_grad())
                    outputs = node.Function.Forward(node.Context, vars);
                return Tie(node, [.. vars.Select(v => v as Tensor)], outputs);
            }

            static unsafe List<Tensor> Tie(Node node, Tensor[] inputs, List<Tensor> outputs)
            {
                var context = node.Context;
                var label = Encoding.UTF8.GetBytes(node.Function.Name + "\0");
                var wrapped = new nint[outputs.Count];
                var root = GCHandle.ToIntPtr(GCHandle.Alloc(node));
                fixed (byte* name = label)
                fixed (nint* i = Handles(inputs), o = Handles(outputs), s = Handles(context.ToSave), d = Handles(context.Dirty),
                       c = Handles(context.Constant), w = wrapped)
                    Bridge.Check(Bridge.ts_custom_function(name, i, inputs.Length, o, outputs.Count, s, context.ToSave.Count,
                        d, context.Dirty.Count, c, context.Constant.Count, context.MaterializeGrads ? 1 : 0, root,
                        &OnBackward, &OnRelease, w));
                GC.KeepAlive(inputs);
                // The graph holds them from here on; a reference from this side would be a cycle through the node.
                context.ToSave = context.Dirty = context.Constant = [];
                var results = new List<Tensor>(outputs.Count);
                for (int k = 0; k < wrapped.Length; k++)
                {
                    results.Add(new Tensor(wrapped[k]));
                    if (!inputs.Any(x => ReferenceEquals(x, outputs[k])))
                        outputs[k].Dispose();
                }
                return results;
            }

            sealed class Node : IBackward
            {
                internal T Function;
                internal readonly AutogradContext Context = new();

                public List<Tensor> Run(List<Tensor> grads, List<Tensor> saved)
                {
                    Context.Saved = saved;
                    try
                    {
                        return Function.Backward(Context, grads);
                    }
                    finally
                    {
                        Context.Saved = [];
                    }
                }
            }
        }

        interface IBackward
        {
            List<Tensor> Run(List<Tensor> grads, List<Tensor> saved);
        }

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        static void OnRelease(nint context) => GCHandle.FromIntPtr(context).Free();

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        static unsafe int OnBackward(nint context, nint* grads, int gradCount, nint* saved, int savedCount, nint* results, int resultCount)
        {
            // An exception must not cross the native frames of the engine: it goes back as a message.
            try
            {
                using var scope = NewDisposeScope();
                var node = (IBackward)GCHandle.FromIntPtr(context).Target;
                var gradients = node.Run(Take(grads, gradCount), Take(saved, savedCount));
                if (gradients.Count != resultCount)
                    throw new InvalidOperationException($"Expected one gradient for each of the {resultCount} arguments of forward " +
                        $"(null where there is none), found {gradients.Count}.");
                for (int i = 0; i < resultCount; i++)
                    results[i] = gradients[i] is { } g ? Bridge.ts_retain(g.LiveHandle) : 0;
                return 0;
            }
            catch (Exception e)
            {
                Bridge.ts_set_last_error(e.Message);
                return 1;
            }
        }

        static unsafe List<Tensor> Take(nint* handles, int count)
        {
            var tensors = new List<Tensor>(count);
            for (int i = 0; i < count; i++)
                tensors.Add(handles[i] == 0 ? null : new Tensor(handles[i]));
            return tensors;
        }

        public abstract class SingleTensorFunction<T> : Function<T> where T : SingleTensorFunction<T>, new()
        {
            public abstract Tensor forward(AutogradContext ctx, params object[] vars);
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            internal override List<Tensor> Forward(AutogradContext ctx, object[] vars) => [forward(ctx, vars)];
            internal override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grads) => backward(ctx, grads[0]);
        }

        public abstract class MultiTensorFunction<T> : Function<T> where T : MultiTensorFunction<T>, new()
        {
            public abstract List<Tensor> forward(AutogradContext ctx, params object[] vars);
            public abstract List<Tensor> backward(AutogradContext ctx, List<Tensor> grad_outputs);

            public static List<Tensor> apply(params object[] vars) => apply_internal(vars);

            internal override List<Tensor> Forward(AutogradContext ctx, object[] vars) => forward(ctx, vars);
            internal override List<Tensor> Backward(AutogradContext ctx, List<Tensor> grads) => backward(ctx, grads);
        }
    }
}
