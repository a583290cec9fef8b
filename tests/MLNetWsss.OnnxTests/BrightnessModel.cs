using System.Text;

namespace MLNetWsss.OnnxTests;

/// <summary>
/// An ONNX network [1,3,s,s] colours -> [1,1,s,s] brightness: the mean over the channels, and a sigmoid if it is to be a probability.
/// Written as the format's own protocol buffer messages, so that no file has to be kept.
/// </summary>
internal static class BrightnessModel
{
    internal const string Input = "image", Output = "Saliency";

    // ONNX operator set 13 is the last whose mean takes its axes as an attribute; version 7 of the format is the first to have it.
    private const ulong OperatorSet = 13, FormatVersion = 7;

    internal static byte[] Bytes(int side, bool sigmoid)
    {
        string mean = sigmoid ? "mean" : Output;
        byte[] axes = [.. Text(1, "axes"), .. Number(8, 1), .. Number(20, 7)];
        byte[] keep = [.. Text(1, "keepdims"), .. Number(3, 1), .. Number(20, 2)];
        byte[] reduce = [.. Text(1, Input), .. Text(2, mean), .. Text(4, "ReduceMean"), .. Message(5, axes), .. Message(5, keep)];
        byte[] squash = [.. Text(1, mean), .. Text(2, Output), .. Text(4, "Sigmoid")];
        byte[] graph =
        [
            .. Message(1, reduce), .. sigmoid ? Message(1, squash) : [], .. Text(2, "brightness"),
            .. Message(11, Floats(Input, 1, 3, side, side)), .. Message(12, Floats(Output, 1, 1, side, side))
        ];
        return [.. Number(1, FormatVersion), .. Message(7, graph), .. Message(8, [.. Text(1, ""), .. Number(2, OperatorSet)])];
    }

    private static byte[] Floats(string name, params int[] shape)
    {
        byte[] dimensions = [.. shape.SelectMany(size => Message(1, Number(1, (ulong)size)))];
        return [.. Text(1, name), .. Message(2, Message(1, [.. Number(1, 1), .. Message(2, dimensions)]))];
    }

    private static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    private static byte[] Text(int field, string value) => Message(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Message(int field, byte[] content) =>
        [.. Varint((ulong)field << 3 | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Varint(ulong value) => value < 128 ? [(byte)value] : [(byte)(value | 128), .. Varint(value >> 7)];
}
