using Microsoft.ML;

namespace MLNetWsss.Bench;

/// <summary>
/// The training photos on which maps and labels are scored: some hundreds, evenly spread over the list. A list in order of year or class
/// does not begin with typical photos: the first 400 of VOC's are its oldest, whose maps score a point below those of the whole list.
/// </summary>
internal static class ScoredPart
{
    internal const int Images = 400;

    /// <summary>The part of a view, in the view's order; all of it if it is no longer.</summary>
    internal static IDataView Of(MLContext ml, IDataView view, int images = Images)
    {
        long rows = view.GetRowCount() ?? throw new ArgumentException("The view does not know its length.", nameof(view));
        return rows <= images ? view : ml.Data.FilterByStatefulCustomPredicate<Named, Position>(view, (_, at) => at.Next++ * images % rows >= images, at => at.Next = 0);
    }

    // The one column that a filter must read; every loader has it.
    private sealed class Named
    {
        public string Id { get; set; } = "";
    }

    private sealed class Position
    {
        internal long Next { get; set; }
    }
}
