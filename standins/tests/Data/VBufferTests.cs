using Microsoft.ML.Data;

namespace Standins.Tests.Data;

public sealed class VBufferTests
{
    // (0, 7, 0, 0, 9)
    private readonly VBuffer<float> _sparse = new(5, 2, [7, 9], [1, 4]);

    [Fact]
    public void A_sparse_vector_reads_as_a_dense_one()
    {
        Assert.False(_sparse.IsDense);
        Assert.Equal([0f, 7, 0, 0, 9], _sparse.DenseValues());
        Assert.Equal(9, _sparse.GetItemOrDefault(4));
        Assert.Equal(0, _sparse.GetItemOrDefault(2));
        Assert.Equal([1, 4], _sparse.Items().Select(item => item.Key));
        Assert.Equal(5, _sparse.Items(all: true).Count());
        Assert.Throws<ArgumentOutOfRangeException>(() => _sparse.GetItemOrDefault(5));
    }

    [Fact]
    public void Copies_are_dense_or_sparse_as_asked()
    {
        VBuffer<float> copy = default;
        _sparse.CopyToDense(ref copy);
        Assert.Equal([0f, 7, 0, 0, 9], copy.GetValues().ToArray());

        _sparse.CopyTo(ref copy);
        Assert.False(copy.IsDense);
        Assert.Equal([1, 4], copy.GetIndices().ToArray());

        float[] span = [-1, -1, -1, -1, -1, -1];
        _sparse.CopyTo(span, 1, defaultValue: 3);
        Assert.Equal([-1f, 3, 7, 3, 3, 9], span);
    }

    [Fact]
    public void Slices_keep_what_lies_in_them()
    {
        VBuffer<float> slice = default;
        _sparse.CopyTo(ref slice, 1, 1);
        Assert.True(slice.IsDense);
        Assert.Equal([7f], slice.DenseValues());

        _sparse.CopyTo(ref slice, 2, 3);
        Assert.Equal([0f, 0, 9], slice.DenseValues());
        Assert.Throws<ArgumentOutOfRangeException>(() => _sparse.CopyTo(ref slice, 3, 3));
    }

    [Fact]
    public void An_editor_reuses_arrays_that_are_large_enough()
    {
        var buffer = new VBuffer<float>(5, [1, 2, 3, 4, 5]);
        var editor = VBufferEditor.Create(ref buffer, 3);
        Assert.False(editor.CreatedNewValues);
        editor.Values.Fill(2);
        buffer = editor.Commit();
        Assert.Equal([2f, 2, 2], buffer.DenseValues());

        Assert.True(VBufferEditor.Create(ref buffer, 10).CreatedNewValues);
    }

    [Fact]
    public void An_editor_writes_sparse_vectors_and_cuts_them_short()
    {
        VBuffer<float> buffer = default;
        var editor = VBufferEditor.Create(ref buffer, 10, 2);
        editor.Values[0] = 1;
        editor.Values[1] = 2;
        editor.Indices[0] = 3;
        editor.Indices[1] = 8;
        buffer = editor.Commit();
        Assert.Equal(2, buffer.GetItemOrDefault(8));

        buffer = VBufferEditor.CreateFromBuffer(ref buffer).CommitTruncated(1);
        Assert.Equal(0, buffer.GetItemOrDefault(8));
        Assert.Equal(1, buffer.GetItemOrDefault(3));
    }

    [Fact]
    public void The_default_vector_is_empty_and_dense()
    {
        Assert.True(default(VBuffer<int>).IsDense);
        Assert.Empty(default(VBuffer<int>).DenseValues());
    }

    [Fact]
    public void Arrays_that_are_too_short_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<float>(3, [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<float>(5, 2, [1, 2], [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VBuffer<float>(1, 2, [1, 2], [0, 1]));
    }
}
