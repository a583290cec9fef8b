using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            private bool _componentsRegistered;

            /// <summary>
            /// Registers each field that holds a module, a parameter or a tensor under the field's name, in the order of declaration.
            /// A module's constructor calls it last; calling it again does nothing.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                if (_componentsRegistered) return;
                _componentsRegistered = true;
                const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
                foreach (var field in GetType().GetFields(Fields))
                {
                    switch (field.GetValue(this))
                    {
                        case Module child: register_module(field.ComponentName(), child); break;
                        case Parameter parameter: register_parameter(field.ComponentName(), parameter); break;
                        case Tensor buffer: RegisterBufferOnce(field.ComponentName(), buffer); break;
                    }
                }
            }

            public virtual void register_module(string name, Module submodule)
            {
                RequireComponentName(name, "Module");
                if (_internal_submodules.TryGetValue(name, out var present))
                {
                    if (ReferenceEquals(present, submodule)) return;
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                }

                submodule?.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_parameter(string name, Parameter param)
            {
                RequireComponentName(name, "Parameter");
                if (_internal_params.TryGetValue(name, out var present))
                {
                    if (ReferenceEquals(present, param)) return;
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
                }

                param?.DetachFromDisposeScope();
                _internal_params.Add(name, param);
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                RequireComponentName(name, "Buffer");
                if (_internal_buffers.ContainsKey(name)) throw new InvalidOperationException($"Tensor {name} is already registered.");
                tensor?.DetachFromDisposeScope();
                _internal_buffers.Add(name, (tensor, persistent));
            }

            protected void ConditionallyRegisterParameter(string name, Tensor value)
            {
                if (value is null)
                {
                    _internal_params.Remove(name);
                    return;
                }

                var parameter = value as Parameter ?? new Parameter(value);
                parameter.DetachFromDisposeScope();
                _internal_params[name] = parameter;
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor value, bool persistent = true)
            {
                if (value is null)
                {
                    _internal_buffers.Remove(name);
                    return;
                }

                value.DetachFromDisposeScope();
                _internal_buffers[name] = (value, persistent);
            }

            protected void ClearModules() => _internal_submodules.clear();

            public virtual bool has_parameter(string target) =>
                TryFind(target, out var owner, out var key) && owner._internal_params.ContainsKey(key);

            public virtual bool has_buffer(string target) =>
                TryFind(target, out var owner, out var key) && owner._internal_buffers.ContainsKey(key);

            public virtual Parameter get_parameter(string target) =>
                TryFind(target, out var owner, out var key) && owner._internal_params.TryGetValue(key,
                out var parameter) ? parameter : null;

            public virtual Tensor get_buffer(string target) =>
                TryFind(target, out var owner, out var key) && owner._internal_buffers.TryGetValue(key, out var entry) ? entry.Item1 : null;

            private protected Parameter OwnParameter(string key) => _internal_params.TryGetValue(key, out var parameter) ? parameter : null;
            private protected Tensor OwnBuffer(string key) => _internal_buffers.TryGetValue(key, out var entry) ? entry.Item1 : null;

            // "layer1.0.weight" -> the module "layer1.0" and the key "weight".
            private bool TryFind(string target, out Module owner, out string key)
            {
                ArgumentNullException.ThrowIfNull(target);
                owner = this;
                key = target;
                while (key.IndexOf('.') is var dot and >= 0)
                {
                    if (!owner._internal_submodules.TryGetValue(key[..dot], out owner) || owner is null) return false;
                    key = key[(dot + 1)..];
                }

                return key.Length > 0;
            }

            private void RegisterBufferOnce(string name, Tensor buffer)
            {
                if (_internal_buffers.TryGetValue(name, out var present) && ReferenceEquals(present.Item1, buffer)) return;
                register_buffer(name, buffer);
            }

            private static void RequireComponentName(string name, string kind)
            {
                ArgumentNullException.ThrowIfNull(name);
                if (name.Contains('.')) throw new ArgumentException($"{kind} name can't contain '.', but was '{name}'.", nameof(name));
                if (name.Length == 0) throw new ArgumentException($"{kind} name can't be empty.", nameof(name));
            }
        }
    }
}
