using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>All parameters and persistent buffers of the tree by their dotted names; the tensors are the module's own, not
            /// copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor> destination = null, string prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (key, parameter) in _internal_params)
                    if (parameter is not null) destination.TryAdd(start + key, parameter);
                foreach (var (key, (buffer, persistent)) in _internal_buffers)
                    if (buffer is not null && persistent) destination.TryAdd(start + key, buffer);
                foreach (var (key, child) in named_children()) child.state_dict(destination, start + key);
                return destination;
            }

            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string> skip = null)
            {
                skip ??= [];
                var destination = state_dict();
                List<string> unexpected = [.. source.Keys.Where(key => !skip.Contains(key) && !destination.ContainsKey(key))];
                List<string> missing = [.. destination.Keys.Where(key => !skip.Contains(key) && !source.ContainsKey(key))];
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                {
                    throw new InvalidOperationException(
                        "The loaded state_dict is not identical to the target dictionary. " +
                        $"Missing: {string.Join(", ", missing)}. Unexpected: {string.Join(", ", unexpected)}.");
                }

                foreach (var (key, value) in source)
                    if (!skip.Contains(key) && destination.TryGetValue(key, out var target)) CopyInto(target, value, key);
                return (missing, unexpected);
            }

            public Module save(string location, IList<string> skip = null)
            {
                using var stream = File.Create(location);
                return save(stream, skip);
            }

            public Module save(Stream stream, IList<string> skip = null)
            {
                using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string> skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            /// <summary>Writes the number of entries (base-128) and for each its name and its tensor.</summary>
            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string> skip = null)
            {
                skip ??= [];
                var entries = sd.Where(entry => !skip.Contains(entry.Key)).ToList();
                writer.Write7BitEncodedInt64(entries.Count);
                foreach (var (key, value) in entries)
                {
                    writer.Write(key);
                    value.Save(writer);
                }
            }

            public virtual Module load(
                string location, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                if (!File.Exists(location)) throw new FileNotFoundException(location);
                using var stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            public Module load(
                Stream stream, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(
                BinaryReader reader, bool strict = true, IList<string> skip = null, Dictionary<string, bool> loadedParameters = null)
            {
                skip ??= [];
                var destination = state_dict();
                var entries = reader.Read7BitEncodedInt64();
                if (strict && entries != destination.Count)
                {
                    throw new ArgumentException(
                        $"Mismatched state_dict sizes: expected {destination.Count}, but found {entries} entries.");
                }

                for (var i = 0L; i < entries; i++)
                {
                    var key = reader.ReadString();
                    var known = destination.TryGetValue(key, out var target);
                    if (!known && strict)
                    {
                        throw new ArgumentException(
                            $"Mismatched module state names: the target modules does not have a submodule or buffer named '{key}'");
                    }

                    using (var value = TensorExtensionMethods.Load(reader))
                        if (known && !skip.Contains(key)) CopyInto(target, value, key);
                    if (loadedParameters is not null) loadedParameters[key] = known && !skip.Contains(key);
                }

                return this;
            }

            public static Module Create<T>(string path) where T : Module, new() => new T().load(path);

            private static void CopyInto(Tensor target, Tensor value, string key)
            {
                if (!target.shape.AsSpan().SequenceEqual(value.shape))
                {
                    throw new ArgumentException(
                        $"Mismatched shape for '{key}': the module has [{string.Join(", ", target.shape)}], " +
                        $"the loaded tensor [{string.Join(", ", value.shape)}]");
                }

                using var _ = no_grad();
                target.copy_(value);
            }
        }
    }
}
