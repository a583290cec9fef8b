using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules by name, in the order of insertion; it has no forward pass of its own.</summary>
    public class ModuleDict<T> : nn.Module, IDictionary<string, T>, IList<(string, T)> where T : nn.Module
    {
        private readonly Utils.OrderedDict<string, T> _entries = new();

        public ModuleDict() : base("ModuleDict") { }

        public int Count => _entries.Count;
        public bool IsReadOnly => false;
        public ICollection<string> Keys => _entries.Keys;
        public ICollection<T> Values => _entries.Values;

        public IEnumerable<string> keys() => _entries.keys();
        public IEnumerable<T> values() => _entries.values();
        public IEnumerator<(string, T)> items() => _entries.items();

        public T this[string key]
        {
            get => _entries[key];
            set
            {
                _entries[key] = value;
                RegisterComponents();
            }
        }

        public (string, T) this[int index]
        {
            get => _entries[index];
            set
            {
                _entries[index] = value;
                RegisterComponents();
            }
        }

        protected override void RegisterComponents()
        {
            _internal_submodules.clear();
            foreach (var (key, value) in _entries) register_module(key, value);
        }

        public void Add(string key, T value)
        {
            _entries.Add(key, value);
            RegisterComponents();
        }

        public void Add((string, T) item) => Add(item.Item1, item.Item2);
        public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

        public void Insert(int index, (string, T) item)
        {
            _entries.Insert(index, item);
            RegisterComponents();
        }

        public bool Remove(string key)
        {
            var removed = _entries.Remove(key);
            RegisterComponents();
            return removed;
        }

        public bool Remove((string, T) item) => Contains(item) && Remove(item.Item1);
        public bool Remove(KeyValuePair<string, T> item) => Remove((item.Key, item.Value));
        public void RemoveAt(int index) => Remove(_entries[index].Item1);

        public void Clear()
        {
            _entries.Clear();
            RegisterComponents();
        }

        public void clear() => Clear();

        public bool Contains((string, T) item) => _entries.TryGetValue(item.Item1, out var value) && ReferenceEquals(value, item.Item2);
        public bool Contains(KeyValuePair<string, T> item) => Contains((item.Key, item.Value));
        public bool ContainsKey(string key) => _entries.ContainsKey(key);
        public bool TryGetValue(string key, out T value) => _entries.TryGetValue(key, out value);
        public int IndexOf((string, T) item) => Contains(item) ? _entries.keys().ToList().IndexOf(item.Item1) : -1;
        public void CopyTo((string, T)[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);
        public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);
        public IEnumerator<(string, T)> GetEnumerator() => _entries.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        IEnumerator<KeyValuePair<string, T>> IEnumerable<KeyValuePair<string, T>>.GetEnumerator() =>
            ((IEnumerable<KeyValuePair<string, T>>)_entries).GetEnumerator();
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static ModuleDict<Module> ModuleDict(params (string, Module)[] modules) => ModuleDict<Module>(modules);

            public static ModuleDict<T> ModuleDict<T>(params (string, T)[] modules) where T : Module
            {
                var result = new ModuleDict<T>();
                foreach (var entry in modules) result.Add(entry);
                return result;
            }
        }
    }
}
