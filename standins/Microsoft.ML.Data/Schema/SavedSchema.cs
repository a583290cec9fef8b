using System.Reflection;
using System.Text;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A schema inside a model file: names, types and annotations of the columns that have a type which can be saved.</summary>
internal static class SavedSchema
{
    private const int Version = 1;
    private const int DeepestAnnotations = 4;

    private enum Shape : byte
    {
        Scalar = 0,
        Vector = 1,
    }

    // A type's place in this list is its code in the file; new ones go to the end.
    private static readonly PrimitiveDataViewType[] Items =
    [
        .. NumberDataViewType.All, TextDataViewType.Instance, BooleanDataViewType.Instance, DateTimeDataViewType.Instance,
        DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance, RowIdDataViewType.Instance,
    ];

    private const byte KeyCode = 100;

    private static bool CanSave(DataViewType type)
    {
        var item = type is VectorDataViewType vector ? vector.ItemType : type;
        return item is KeyDataViewType || Items.Contains(item);
    }

    public static void Write(BinaryWriter writer, DataViewSchema schema)
    {
        writer.Write(Version);
        WriteColumns(writer, schema, DeepestAnnotations, _ => { });
    }

    private static void WriteColumns(BinaryWriter writer, DataViewSchema schema, int depth, Action<DataViewSchema.Column> writeValue)
    {
        var columns = schema.Where(column => CanSave(column.Type)).ToArray();
        writer.Write(columns.Length);
        foreach (var column in columns)
        {
            ModelHeader.WriteText(writer, column.Name);
            WriteType(writer, column.Type);
            writeValue(column);
            var annotations = column.Annotations;
            WriteColumns(writer, depth > 0 ? annotations.Schema : DataViewSchema.Annotations.Empty.Schema, depth - 1,
                annotation => Generic(nameof(WriteValue), annotation.Type, writer, annotations, annotation));
        }
    }

    private static void WriteType(BinaryWriter writer, DataViewType type)
    {
        var vector = type as VectorDataViewType;
        writer.Write((byte)(vector is null ? Shape.Scalar : Shape.Vector));
        if (vector is not null)
        {
            writer.Write(vector.Dimensions.Length);
            foreach (int dimension in vector.Dimensions)
                writer.Write(dimension);
        }
        var item = vector?.ItemType ?? type;
        if (item is KeyDataViewType key)
        {
            writer.Write(KeyCode);
            writer.Write((byte)Array.FindIndex(Items, number => number.RawType == key.RawType));
            writer.Write(key.Count);
            return;
        }
        writer.Write((byte)Array.IndexOf(Items, item));
    }

    private static void WriteValue<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column column)
    {
        if (column.Type is VectorDataViewType)
        {
            Generic(nameof(WriteVector), ((VectorDataViewType)column.Type).ItemType, writer, annotations, column);
            return;
        }
        T value = default;
        annotations.GetGetter<T>(column)(ref value);
        WriteItem(writer, value);
    }

    private static void WriteVector<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column column)
    {
        VBuffer<T> vector = default;
        annotations.GetGetter<VBuffer<T>>(column)(ref vector);
        writer.Write(vector.Length);
        foreach (var item in vector.DenseValues())
            WriteItem(writer, item);
    }

    private static void WriteItem<T>(BinaryWriter writer, T item)
    {
        switch (item)
        {
            case ReadOnlyMemory<char> text: ModelHeader.WriteText(writer, text.ToString()); break;
            case sbyte x: writer.Write(x); break;
            case byte x: writer.Write(x); break;
            case short x: writer.Write(x); break;
            case ushort x: writer.Write(x); break;
            case int x: writer.Write(x); break;
            case uint x: writer.Write(x); break;
            case long x: writer.Write(x); break;
            case ulong x: writer.Write(x); break;
            case float x: writer.Write(x); break;
            case double x: writer.Write(x); break;
            case bool x: writer.Write(x); break;
            case DateTime x: writer.Write(x.ToBinary()); break;
            case TimeSpan x: writer.Write(x.Ticks); break;
            case DateTimeOffset x:
                writer.Write(x.Ticks);
                writer.Write(x.Offset.Ticks);
                break;
            case DataViewRowId x:
                writer.Write(x.Low);
                writer.Write(x.High);
                break;
            default: throw new NotSupportedException($"Annotations of {typeof(T)} cannot be saved.");
        }
    }

    public static DataViewSchema Read(IHostEnvironment env, Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            int version = reader.ReadInt32();
            if (version != Version)
                throw new FormatException($"The model's schema has version {version}; version {Version} can be read.");
            var builder = new DataViewSchema.Builder();
            ReadColumns(reader, DeepestAnnotations, (name, type, _, annotations) => builder.AddColumn(name, type, annotations),
                readsValues: false);
            return builder.ToSchema();
        }
        catch (Exception ex) when (ex is EndOfStreamException or ArgumentException or FormatException)
        {
            throw env.Process(new FormatException($"The model is damaged: its schema cannot be read. {ex.Message}", ex));
        }
    }

    private static void ReadColumns(BinaryReader reader, int depth, Action<string, DataViewType, Delegate, DataViewSchema.Annotations> add,
        bool readsValues)
    {
        int count = ReadCount(reader);
        if (count > 0 && depth < 0)
            throw new FormatException("Its annotations are nested too deeply.");
        for (int i = 0; i < count; i++)
        {
            string name = ModelHeader.ReadText(reader);
            var type = ReadType(reader);
            var value = readsValues ? (Delegate)Generic(nameof(ReadValue), type, reader, type) : null;
            var annotations = new DataViewSchema.Annotations.Builder();
            ReadColumns(reader, depth - 1, (kind, kindType, getter, nested) => annotations.Add(kind, kindType, getter, nested),
                readsValues: true);
            add(name, type, value, annotations.ToAnnotations());
        }
    }

    private static DataViewType ReadType(BinaryReader reader)
    {
        bool isVector = (Shape)reader.ReadByte() switch
        {
            Shape.Scalar => false,
            Shape.Vector => true,
            var other => throw new FormatException($"{(byte)other} is no shape of a column."),
        };
        int[] dimensions = isVector ? new int[ReadCount(reader)] : [];
        for (int i = 0; i < dimensions.Length; i++)
            dimensions[i] = reader.ReadInt32();
        byte code = reader.ReadByte();
        var item = code == KeyCode ? new KeyDataViewType(ItemOf(reader.ReadByte()).RawType, reader.ReadUInt64()) : ItemOf(code);
        return isVector ? new VectorDataViewType(item, dimensions) : item;
    }

    private static PrimitiveDataViewType ItemOf(byte code) =>
        code < Items.Length ? Items[code] : throw new FormatException($"{code} is no type of a column.");

    // Every column, dimension and item takes at least one byte, so what is left of the entry bounds their number.
    private static int ReadCount(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        return count >= 0 && count <= left ? count : throw new FormatException($"It claims {count} entries in {left} bytes.");
    }

    private static Delegate ReadValue<T>(BinaryReader reader, DataViewType type)
    {
        if (type is VectorDataViewType vector)
            return (Delegate)Generic(nameof(ReadVector), vector.ItemType, reader, type);
        var value = ReadItem<T>(reader);
        return (ValueGetter<T>)((ref T destination) => destination = value);
    }

    private static Delegate ReadVector<T>(BinaryReader reader, DataViewType type)
    {
        var items = new T[ReadCount(reader)];
        for (int i = 0; i < items.Length; i++)
            items[i] = ReadItem<T>(reader);
        var vector = new VBuffer<T>(items.Length, items);
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => vector.CopyTo(ref destination));
    }

    private static T ReadItem<T>(BinaryReader reader)
    {
        object item = Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.SByte => reader.ReadSByte(),
            TypeCode.Byte => reader.ReadByte(),
            TypeCode.Int16 => reader.ReadInt16(),
            TypeCode.UInt16 => reader.ReadUInt16(),
            TypeCode.Int32 => reader.ReadInt32(),
            TypeCode.UInt32 => reader.ReadUInt32(),
            TypeCode.Int64 => reader.ReadInt64(),
            TypeCode.UInt64 => reader.ReadUInt64(),
            TypeCode.Single => reader.ReadSingle(),
            TypeCode.Double => reader.ReadDouble(),
            TypeCode.Boolean => reader.ReadBoolean(),
            TypeCode.DateTime => DateTime.FromBinary(reader.ReadInt64()),
            _ when typeof(T) == typeof(ReadOnlyMemory<char>) => ModelHeader.ReadText(reader).AsMemory(),
            _ when typeof(T) == typeof(TimeSpan) => new TimeSpan(reader.ReadInt64()),
            _ when typeof(T) == typeof(DateTimeOffset) => new DateTimeOffset(reader.ReadInt64(), new TimeSpan(reader.ReadInt64())),
            _ => new DataViewRowId(reader.ReadUInt64(), reader.ReadUInt64()),
        };
        return (T)item;
    }

    private static object Generic(string method, DataViewType type, params object[] arguments) =>
        typeof(SavedSchema).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic).MakeGenericMethod(type.RawType)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
}
