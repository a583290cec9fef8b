using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Parameters by name, in the order of insertion.</summary>
    public class ParameterDict : nn.Module, IDictionary<string, Parameter>, IList<(string, Parameter)>
    {
        private readonly Utils.OrderedDict<string, Parameter> _entries = new();

        public ParameterDict() : base("ParameterDict") { }

        public int Count => _entries.Count;
        public bool IsReadOnly => false;
        public ICollection<string> Keys => _entries.Keys;
        public ICollection<Parameter> Values => _entries.Values;

        public IEnumerable<string> keys() => _entries.keys();
        public IEnumerable<Parameter> values() => _entries.values();
        public IEnumerator<(string, Parameter)> items() => _entries.items();

        public Parameter this[string key]
        {
            get => _entries[key];
            set
            {
                _entries[key] = value;
                RegisterComponents();
            }
        }

        public (string, Parameter) this[int index]
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
            _internal_params.clear();
            foreach (var (key, value) in _entries) register_parameter(key, value);
        }

        public void Add(string key, Parameter value)
        {
            _entries.Add(key, value);
            RegisterComponents();
        }

        public void Add((string, Parameter) item) => Add(item.Item1, item.Item2);
        public void Add(KeyValuePair<string, Parameter> item) => Add(item.Key, item.Value);

        public void Insert(int index, (string, Parameter) item)
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

        public bool Remove((string, Parameter) item) => Contains(item) && Remove(item.Item1);
        public bool Remove(KeyValuePair<string, Parameter> item) => Remove((item.Key, item.Value));
        public void RemoveAt(int index) => Remove(_entries[index].Item1);

        public void Clear()
        {
            _entries.Clear();
            RegisterComponents();
        }

        public void clear() => Clear();

        public bool Contains((string, Parameter) item) =>
            _entries.TryGetValue(item.Item1, out var value) && ReferenceEquals(value, item.Item2);
        public bool Contains(KeyValuePair<string, Parameter> item) => Contains((item.Key, item.Value));
        public bool ContainsKey(string key) => _entries.ContainsKey(key);
        public bool TryGetValue(string key, out Parameter value) => _entries.TryGetValue(key, out value);
        public int IndexOf((string, Parameter) item) => Contains(item) ? _entries.keys().ToList().IndexOf(item.Item1) : -1;
        public void CopyTo((string, Parameter)[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);
        public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);
        public IEnumerator<(string, Parameter)> GetEnumerator() => _entries.GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator() =>
            ((IEnumerable<KeyValuePair<string, Parameter>>)_entries).GetEnumerator();
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class nn
        {
            public static ParameterDict ParameterDict(params (string, Parameter)[] parameters)
            {
                var result = new ParameterDict();
                foreach (var entry in parameters) result.Add(entry);
                return result;
            }
        }
    }
}
