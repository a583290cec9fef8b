using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>
    /// Layers called one after the other; their keys are "0", "1", ... unless they are given names. What one layer hands to the next is
    /// disposed of, so a layer with nothing to do gives back an alias of its input, not the input itself.
    /// </summary>
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        private readonly List<(string Name, nn.IModule<Tensor, Tensor> Layer)> _layers = [];

        protected internal Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
        {
            foreach (var (key, layer) in modules) append(key, layer);
        }

        protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
        {
            foreach (var layer in modules) append(layer);
        }

        public int Count => _layers.Count;
        public nn.IModule<Tensor, Tensor> this[int index] => _layers[index].Layer;

        public Sequential this[(int? start, int? end) index] => Slice(index.start ?? 0, index.end ?? Count);

        public Sequential this[Range index]
        {
            get
            {
                var (start, length) = index.GetOffsetAndLength(Count);
                return Slice(start, start + length);
            }
        }

        public Sequential append(nn.IModule<Tensor, Tensor> module) => append(_layers.Count.ToString(), module);

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            register_module(name, (nn.Module)module);
            _layers.Add((name, module));
            return this;
        }

        public override Tensor forward(Tensor tensor)
        {
            if (_layers.Count == 0) return tensor.alias();
            var current = _layers[0].Layer.call(tensor);
            foreach (var (_, layer) in _layers.Skip(1))
            {
                // What one layer hands to the next is nobody else's, and autograd keeps natively what it needs.
                using var input = current;
                current = layer.call(input);
            }

            return current;
        }

        private Sequential Slice(int start, int end)
        {
            if (start < 0 || end > Count || start > end)
                throw new IndexOutOfRangeException($"{start} to {end} is no range of a sequential module of {Count} layers.");
            return new Sequential([.. _layers[start..end].Select(entry => (entry.Name, (nn.Module<Tensor, Tensor>)entry.Layer))]);
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
            public static Sequential Sequential() => new(Array.Empty<Module<Tensor, Tensor>>());

            public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);
            public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);

            public static Sequential Sequential(params Tuple<string, Module<Tensor, Tensor>>[] modules) =>
                new(modules.Select(entry => (entry.Item1, entry.Item2)).ToArray());

            public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) =>
                new(modules.ToArray());
            public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new(modules.ToArray());

            public static Sequential Sequential(IEnumerable<Tuple<string, Module<Tensor, Tensor>>> modules) =>
                new(modules.Select(entry => (entry.Item1, entry.Item2)).ToArray());
        }
    }
}
