using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The root of all networks and layers: a named tree of parameters, buffers and submodules.</summary>
        public partial class Module : IDisposable
        {
            protected string name;
            protected OrderedDict<string, Module> _internal_submodules = new();
            protected OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected OrderedDict<string, Parameter> _internal_params = new();

            private bool _training = true;

            protected Module(string name) => this.name = name;

            public virtual string GetName() => name;
            public virtual bool training => _training;

            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var child in children()) child.train(train);
            }

            public virtual void eval() => train(false);

            /// <summary>Calls an action on every submodule, deepest first, and on this module last.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var child in children()) child.apply(fn);
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    if (set_to_none)
                    {
                        parameter.grad = null;
                        continue;
                    }

                    using var gradient = parameter.grad;
                    if (gradient is null) continue;
                    using var _ = no_grad();
                    gradient.zero_();
                }
            }

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                // A tensor that two modules share is listed once, under the name met first.
                var seen = new HashSet<IntPtr>();
                foreach (var (key, parameter) in EveryParameter("", recurse))
                    if (seen.Add(parameter.Handle)) yield return (key, parameter);
            }

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<IntPtr>();
                foreach (var (key, buffer) in EveryBuffer("", recurse, include_nonpersistent))
                    if (seen.Add(buffer.Handle)) yield return (key, buffer);
            }

            public virtual IEnumerable<(string name, Module module)> named_children() =>
                _internal_submodules.Where(((string Key, Module Child) entry) => entry.Child is not null);

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (key, child) in named_children())
                {
                    yield return (key, child);
                    foreach (var (childKey, descendant) in child.named_modules()) yield return ($"{key}.{childKey}", descendant);
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(entry => entry.parameter);

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(entry => entry.buffer);

            public virtual IEnumerable<Module> children() => named_children().Select(entry => entry.module);
            public virtual IEnumerable<Module> modules() => named_modules().Select(entry => entry.module);

            private IEnumerable<(string, Parameter)> EveryParameter(string prefix, bool recurse)
            {
                foreach (var (key, parameter) in _internal_params)
                    if (parameter is not null) yield return (prefix + key, parameter);
                if (!recurse) yield break;
                foreach (var (key, child) in named_children())
                    foreach (var entry in child.EveryParameter($"{prefix}{key}.", true)) yield return entry;
            }

            private IEnumerable<(string, Tensor)> EveryBuffer(string prefix, bool recurse, bool includeNonPersistent)
            {
                foreach (var (key, (buffer, persistent)) in _internal_buffers)
                    if (buffer is not null && (persistent || includeNonPersistent)) yield return (prefix + key, buffer);
                if (!recurse) yield break;
                foreach (var (key, child) in named_children())
                    foreach (var entry in child.EveryBuffer($"{prefix}{key}.", true, includeNonPersistent)) yield return entry;
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing) return;
                foreach (var parameter in _internal_params.values()) parameter?.Dispose();
                foreach (var (buffer, _) in _internal_buffers.values()) buffer?.Dispose();
                foreach (var child in _internal_submodules.values()) child?.Dispose();
            }
        }
    }
}
