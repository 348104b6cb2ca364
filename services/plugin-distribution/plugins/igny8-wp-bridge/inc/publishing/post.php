<?php
/**
 * The post itself: reserved, enriched, saved, described.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Rendering;
use IGNY8\Bridge\Seo;
use IGNY8\Bridge\Storage;
use Throwable;
use WP_REST_Response;

/**
 * Find the post an earlier request began for a content, 0 if there is none.
 *
 * A content notes its operation before it reserves a post, so one without an operation needs no search.
 */
function begun_post( object $content ): int {
	global $wpdb;
	if ( '' === $content->operation_id ) {
		return 0;
	}
	if ( (int) $content->post_id && get_post( (int) $content->post_id ) ) {
		return (int) $content->post_id;
	}
	$ending = '%' . $wpdb->esc_like( marker( (int) $content->content_id ) );
	return (int) $wpdb->get_var( $wpdb->prepare( "SELECT ID FROM {$wpdb->posts} WHERE guid LIKE %s ORDER BY ID LIMIT 1", $ending ) );
}

/** Write the end of a guid that carries a content id. */
function marker( int $content_id ): string {
	return '/?igny8-content=' . $content_id;
}

/**
 * Reserve an empty post, in one statement that does nothing unless the lease is ours.
 *
 * @return int The post, 0 if the database refused or the lease is lost.
 */
function reserve_post( array $payload, string $owner ): int {
	global $wpdb;
	$contents = Storage\table( 'contents' );
	$now      = current_time( 'mysql' );
	$now_gmt  = current_time( 'mysql', true );
	$sql      = "INSERT INTO {$wpdb->posts} (post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status,
		comment_status, ping_status, post_password, post_name, to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered,
		post_parent, guid, menu_order, post_type, post_mime_type, comment_count)
		SELECT %d, %s, '0000-00-00 00:00:00', '', '', '', 'auto-draft', %s, %s, '', '', '', '', %s, %s, '', 0, %s, 0, %s, '', 0
		FROM `$contents` WHERE content_id = %d AND owner = %s AND state = 'working' AND lease_until > %d";
	$type     = $payload['post_type'];
	$rows     = $wpdb->query(
		$wpdb->prepare(
			$sql,
			get_current_user_id(),
			$now,
			get_default_comment_status( $type ),
			get_default_comment_status( $type, 'pingback' ),
			$now,
			$now_gmt,
			home_url( marker( $payload['content_id'] ) ),
			$type,
			$payload['content_id'],
			$owner,
			Storage\now_ms()
		)
	);
	return 1 === $rows ? (int) $wpdb->insert_id : 0;
}

/** Codes of warnings about what trying again can't mend. */
const LASTING = [ 'field_refused', 'category_unsupported', 'tag_unsupported', 'category_skipped', 'tag_skipped', 'acf_missing' ];

/** What beside the text can be done alone. */
const PARTS = [
	'terms'  => __NAMESPACE__ . '\\set_terms',
	'images' => __NAMESPACE__ . '\\set_images',
	'seo'    => 'IGNY8\\Bridge\\Seo\\set_fields',
	'fields' => __NAMESPACE__ . '\\set_custom_fields',
];

/** Set what belongs to a post beside its text, or some parts of that; what fails becomes a warning that names its part. */
function enrich( int $post_id, array $payload, ?array $parts = null ): array {
	update_post_meta( $post_id, '_igny8_content_id', $payload['content_id'] );
	update_post_meta( $post_id, '_igny8_operation_id', $payload['operation_id'] );
	$warnings = null === $parts ? set_place( $post_id, $payload ) : [];
	foreach ( PARTS as $part => $function ) {
		if ( null !== $parts && ! in_array( $part, $parts, true ) ) {
			continue;
		}
		try {
			$found = $function( $post_id, $payload );
		} catch ( Throwable $problem ) {
			$found = [ warning( 'step_failed', $part, $problem->getMessage() ) ];
		}
		foreach ( $found as $warning ) {
			$warnings[] = in_array( $warning['code'], LASTING, true ) ? $warning : $warning + [ 'part' => $part ];
		}
	}
	return $warnings;
}

/**
 * Write text and status in one save, adding what the site changed to the warnings.
 *
 * @return string '' or what went wrong.
 */
function save_post( int $post_id, array $payload, array &$warnings ): string {
	$is_new                           = 'auto-draft' === get_post_status( $post_id );
	list( $author, $author_warnings ) = find_author( $payload['author'] );
	$warnings                         = array_merge( $warnings, $author_warnings );

	$content = with_library_urls( $payload['content_html'], $payload['media'] );
	$content = Rendering\with_attachment_ids( $content, library_urls( $payload['media'] ) );
	$post    = [
		'ID'           => $post_id,
		'post_title'   => $payload['title'],
		'post_content' => $content,
		'post_excerpt' => $payload['excerpt'],
		'post_name'    => $payload['slug'],
		'post_status'  => $payload['status'],
		'post_author'  => $author,
		'post_parent'  => parent_of( $payload ),
	];
	// What the platform leaves to the site stays what the site made of it.
	if ( ! $is_new && '' === $payload['slug'] ) {
		unset( $post['post_name'] );
	}
	if ( ! $is_new && '' === $payload['author'] ) {
		unset( $post['post_author'] );
	}
	if ( '' !== $payload['date_gmt'] ) {
		$post += [
			'post_date_gmt' => $payload['date_gmt'],
			'post_date'     => get_date_from_gmt( $payload['date_gmt'] ),
			'edit_date'     => true,
		];
	}
	$problem = '';
	try {
		$saved = wp_update_post( wp_slash( $post ), true );
		if ( is_wp_error( $saved ) ) {
			$problem = $saved->get_error_message();
		}
	} catch ( Throwable $thrown ) {
		$problem = 'Another plugin failed while the post was saved: ' . $thrown->getMessage();
	}
	clean_post_cache( $post_id );
	$stored = get_post( $post_id );
	if ( ! $stored || 'auto-draft' === $stored->post_status ) {
		return '' !== $problem ? $problem : 'The post is not there after it was saved.';
	}
	if ( '' !== $problem ) {
		$warnings[] = warning( 'hook_failed', 'save', $problem );
	}
	if ( $stored->post_content !== $content ) {
		$warnings[] = warning( 'content_filtered', 'content_html', 'The site changed the HTML while it was saved.' );
	}
	return '';
}

/** Describe a post as the answers do. */
function members( array $order, int $post_id, array $warnings ): array {
	return [
		'operation_id' => $order['operation_id'],
		'content_id'   => $order['content_id'],
		'post_id'      => $post_id,
		'post_url'     => (string) get_permalink( $post_id ),
		'post_status'  => (string) get_post_status( $post_id ),
		'revision'     => revision( $post_id ),
		'warnings'     => $warnings,
		'seo'          => Seo\read_back( $post_id ),
		'replayed'     => false,
	];
}

/** Do something as the platform's own command, so that events it causes carry the operation. */
function within( array $payload, int $post_id, callable $work ): WP_REST_Response {
	Outbound\begin_command( $payload['operation_id'], $payload['content_id'], $post_id );
	try {
		return $work();
	} finally {
		Outbound\end_command();
	}
}

/** Word a warning. */
function warning( string $code, string $subject, string $detail ): array {
	return compact( 'code', 'subject', 'detail' );
}
