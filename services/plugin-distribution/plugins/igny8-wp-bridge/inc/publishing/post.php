<?php
/**
 * The post itself: reserved, enriched, saved.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Publishing;

use IGNY8\Bridge\Rendering;
use IGNY8\Bridge\Storage;
use Throwable;
use WP_Post;

/** What of a post can be done again without the rest. */
const PARTS = [ 'images', 'terms', 'seo', 'fields' ];

/** What is set on a post before its text is saved, and by which function. */
const STEPS = [
	'terms'     => __NAMESPACE__ . '\\set_terms',
	'images'    => __NAMESPACE__ . '\\set_images',
	'seo'       => 'IGNY8\\Bridge\\Seo\\set_fields',
	'fields'    => __NAMESPACE__ . '\\set_custom_fields',
	'placement' => __NAMESPACE__ . '\\set_placement',
];

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

/** Write on a post whose it is. */
function mark_post( int $post_id, array $payload ): void {
	update_post_meta( $post_id, '_igny8_content_id', $payload['content_id'] );
	update_post_meta( $post_id, '_igny8_operation_id', $payload['operation_id'] );
}

/** Set what stands beside the text before the text is saved; what fails becomes a warning. */
function enrich( int $post_id, array $payload, array $steps ): array {
	$warnings = [];
	foreach ( $steps as $name ) {
		$function = STEPS[ $name ];
		try {
			$warnings = array_merge( $warnings, $function( $post_id, $payload ) );
		} catch ( Throwable $problem ) {
			$warnings[] = warning( 'step_failed', $name, $problem->getMessage(), in_array( $name, PARTS, true ) ? $name : '' );
		}
	}
	return $warnings;
}

/**
 * Write text and status in one save, adding what the site changed to the warnings.
 *
 * Slug, date and author of a post that is there already stay where the payload names none.
 *
 * @return string '' or what went wrong.
 */
function save_post( int $post_id, array $payload, array &$warnings ): string {
	$before = get_post( $post_id );
	if ( ! $before ) {
		return 'The post is not there any more.';
	}
	list( $author, $author_warnings ) = find_author( $payload['author'], 'auto-draft' === $before->post_status ? 0 : (int) $before->post_author );
	$warnings                         = array_merge( $warnings, $author_warnings );

	$content = with_library_urls( $payload['content_html'], $payload['media'] );
	$content = Rendering\with_attachment_ids( $content, library_urls( $payload['media'] ) );
	$post    = [
		'ID'           => $post_id,
		'post_title'   => $payload['title'],
		'post_content' => $content,
		'post_excerpt' => $payload['excerpt'],
		'post_name'    => '' !== $payload['slug'] ? $payload['slug'] : untrashed_slug( $before ),
		'post_status'  => $payload['status'],
		'post_author'  => $author,
		'post_parent'  => find_parent( $before, $payload['parent_id'], $warnings ),
	];
	if ( '' !== $payload['date_gmt'] ) {
		$post += [
			'post_date_gmt' => $payload['date_gmt'],
			'post_date'     => get_date_from_gmt( $payload['date_gmt'] ),
			'edit_date'     => true,
		];
	}
	keep_slug( $before, $post['post_name'] );
	return update_post( $post, $warnings );
}

/**
 * Let WordPress save a post; what fails once the row is written is a warning.
 *
 * @return string '' or what went wrong.
 */
function update_post( array $changes, array &$warnings ): string {
	$before  = get_post( $changes['ID'] );
	$problem = '';
	try {
		// The template has been set; WordPress would check it again, and stop half-way over one of a theme that has gone.
		$saved = wp_update_post( wp_slash( $changes + [ 'page_template' => '' ] ), true );
		if ( is_wp_error( $saved ) ) {
			$problem = $saved->get_error_message();
		}
	} catch ( Throwable $thrown ) {
		$problem = 'Another plugin failed while the post was saved: ' . $thrown->getMessage();
	}
	clean_post_cache( $changes['ID'] );
	$stored = get_post( $changes['ID'] );
	if ( ! $stored || 'auto-draft' === $stored->post_status || ( '' !== $problem && is_same_row( $before, $stored ) ) ) {
		return '' !== $problem ? $problem : 'The post is not there after it was saved.';
	}
	if ( '' !== $problem ) {
		$warnings[] = warning( 'hook_failed', 'save', $problem );
	}
	if ( isset( $changes['post_content'] ) && $stored->post_content !== $changes['post_content'] ) {
		$warnings[] = warning( 'content_filtered', 'content_html', 'The site changed the HTML while it was saved.' );
	}
	return '';
}

/** Tell whether a post's row is as it was. */
function is_same_row( WP_Post $before, WP_Post $after ): bool {
	return serialize( get_object_vars( $before ) ) === serialize( get_object_vars( $after ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- compared only.
}
