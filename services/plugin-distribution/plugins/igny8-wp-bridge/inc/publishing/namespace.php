<?php
/**
 * Publishing: one post per content, whatever dies when.
 *
 * The cast. A *content* is what the platform wants to see published; its row in `contents` outlives the post and is the
 * lock. An *operation* is one command the platform may repeat; its row in `operations` is the receipt. The *lease* says
 * which request works on a content, and until when. A content is `working` until its post is made, then `made`, and
 * `changing` while a later command is at work on the post.
 *
 * The story of a publication. (1) The receipt is looked up: done already, the first answer goes out again. (2) The
 * content's lease is taken, by `INSERT IGNORE` or, once it has run out, by one conditional `UPDATE`. (3) An empty post is
 * reserved by one statement that inserts only while the lease is ours; its guid carries the content id, in the very row.
 * It is an `auto-draft`, as the editor makes them, so WordPress sweeps it away should nobody ever come back for it.
 * (4) Terms, fields and the featured image are set. (5) One save writes the text and the final status: hooks, mails and
 * feeds see a complete post, once. (6) Receipt and content are settled together.
 *
 * A process can die anywhere. Before 3 nothing is there; after 3 the next request finds the reserved post by its marker
 * and goes on; after 5 it finds a published post of the same operation and only settles. `igny8_step` fires between the
 * steps, so that a test can kill the process there.
 *
 * The story of a change: an update, parts of one, or a move to the trash and back. (1) The receipt, as above. (2) The
 * lease of a content whose post is made, by one conditional `UPDATE`. (3) What is to be done is decided and noted on the
 * receipt: that an update found the text it expected, or the status a move leads to. (4) The update sets terms, fields
 * and images, then text and status in one save, and notes the text as the base of the next conflict; the move is one call
 * of WordPress'. (5) Receipt and content are settled together.
 *
 * After 3 a change that died is not decided again, for half of it may stand on the post already: the platform repeats
 * the operation, and all of it is done once more, with the same end. Until then the post is as it is, and any other
 * operation may take the lease over once it has run out; the one that died then has to be decided anew.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Outbound;
use WP_REST_Response;

/** Tidy up once a minute; everything else here answers routes. */
function bootstrap(): void {
	add_action( 'igny8_bridge_every_minute', __NAMESPACE__ . '\\forget_old_receipts' );
}

/** Do something as the platform's own command, so that events it causes carry the operation. */
function within( array $order, int $post_id, callable $work ): WP_REST_Response {
	Outbound\begin_command( $order['operation_id'], $order['content_id'], $post_id );
	try {
		return $work();
	} finally {
		Outbound\end_command();
	}
}

/** Mark a step, for tests that kill the process there. */
function step( string $name, array $order ): void {
	do_action( 'igny8_step', $name, $order['content_id'], $order['operation_id'] );
}

/** Word a warning; a part is named where it can be tried again alone. */
function warning( string $code, string $subject, string $detail, string $part = '' ): array {
	return compact( 'code', 'subject', 'detail' ) + ( '' !== $part ? compact( 'part' ) : [] );
}
