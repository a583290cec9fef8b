using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>A list of modules, registered under "0", "1", ...; it has no forward pass of its own.</summary>
    public class ModuleList<T> : nn.Module, IList<T> where T : nn.Module
    {
        private readonly List<T> _list;

        public ModuleList(params T[] modules) : base(nameof(ModuleList<T>))
        {
            _list = [.. modules];
            RegisterComponents();
        }

        public int Count => _list.Count;
        public bool IsReadOnly => false;

        public T this[int index]
        {
            get => _list[index];
            set
            {
                _list[index] = value;
                RegisterComponents();
            }
        }

        // The keys are positions, so every change of the list names all of its modules anew.
        protected override void RegisterComponents()
        {
            ClearModules();
            for (var i = 0; i < _list.Count; i++) register_module(i.ToString(), _list[i]);
        }

        public void append(params T[] parameters) => extend(parameters);

        public void extend(IEnumerable<T> modules)
        {
            _list.AddRange(modules);
            RegisterComponents();
        }

        public void Add(T item) => append(item);

        public void Insert(int index, T item)
        {
            _list.Insert(index, item);
            RegisterComponents();
        }

        public bool Remove(T item)
        {
            var removed = _list.Remove(item);
            RegisterComponents();
            return removed;
        }

        public void RemoveAt(int index)
        {
            _list.RemoveAt(index);
            RegisterComponents();
        }

        public void Clear()
        {
            _list.Clear();
            RegisterComponents();
        }

        public bool Contains(T item) => _list.Contains(item);
        public int IndexOf(T item) => _list.IndexOf(item);
        public void CopyTo(T[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);
        public IEnumerator<T> GetEnumerator() => _list.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);
            public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
