using System.Collections;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>A list of parameters, registered under "0", "1", ...</summary>
    public class ParameterList : nn.Module, IList<Parameter>
    {
        private readonly List<Parameter> _list;

        public ParameterList(params Parameter[] parameters) : base(nameof(ParameterList))
        {
            _list = [.. parameters];
            RegisterComponents();
        }

        public int Count => _list.Count;
        public bool IsReadOnly => false;

        public Parameter this[int index]
        {
            get => _list[index];
            set
            {
                _list[index] = value;
                RegisterComponents();
            }
        }

        // The keys are positions, so every change of the list names all of its parameters anew.
        protected override void RegisterComponents()
        {
            _internal_params.clear();
            for (var i = 0; i < _list.Count; i++) register_parameter(i.ToString(), _list[i]);
        }

        public void append(params Parameter[] parameters) => extend(parameters);

        public void extend(IEnumerable<Parameter> parameters)
        {
            _list.AddRange(parameters);
            RegisterComponents();
        }

        public void Add(Parameter item) => append(item);

        public void Insert(int index, Parameter item)
        {
            _list.Insert(index, item);
            RegisterComponents();
        }

        public bool Remove(Parameter item)
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

        public bool Contains(Parameter item) => IndexOf(item) >= 0;
        public int IndexOf(Parameter item) => _list.FindIndex(present => ReferenceEquals(present, item));
        public void CopyTo(Parameter[] array, int arrayIndex) => _list.CopyTo(array, arrayIndex);
        public IEnumerator<Parameter> GetEnumerator() => _list.GetEnumerator();
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
            public static ParameterList ParameterList(params Parameter[] parameters) => new(parameters);
        }
    }
}
