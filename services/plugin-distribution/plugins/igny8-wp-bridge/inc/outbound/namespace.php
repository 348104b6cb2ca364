<?php
/**
 * What the plugin tells the platform: that a post which came from it changed its status or was deleted.
 *
 * The event is in the queue before the hook returns, so whatever dies afterwards it will be sent. Sending is tried when the
 * request is over, and by WP-Cron each minute; where WP-Cron is off, any request to the site picks up what is due.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Outbound;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Publishing;
use IGNY8\Bridge\Rest;
use WP_Post;

const CRON_HOOK = 'igny8_bridge_every_minute';

/** Listen to the posts, and send. */
function bootstrap(): void {
	add_action( 'transition_post_status', __NAMESPACE__ . '\\note_status', 20, 3 );
	add_action( 'after_delete_post', __NAMESPACE__ . '\\note_deletion', 20, 2 );
	add_filter( 'cron_schedules', __NAMESPACE__ . '\\add_schedule' ); // phpcs:ignore WordPress.WP.CronInterval -- events are to arrive within a minute.
	add_action( 'admin_init', __NAMESPACE__ . '\\keep_scheduled' );
	add_action( CRON_HOOK, __NAMESPACE__ . '\\send_in_background' );
	add_action( CRON_HOOK, 'IGNY8\\Bridge\\Identity\\forget_old_ids' );
	add_action( 'shutdown', __NAMESPACE__ . '\\send_after_the_response', PHP_INT_MAX );
	register_deactivation_hook( \IGNY8\Bridge\FILE, __NAMESPACE__ . '\\unschedule' );
}

/** Remember the platform's command that is being carried out, or read it. */
function command( ?array $set = null ): array {
	static $command = [];
	if ( null !== $set ) {
		$command = $set;
	}
	return $command;
}

/** Begin to mark what happens to a post as caused by the platform. */
function begin_command( string $operation_id, int $content_id, int $post_id ): void {
	command( compact( 'operation_id', 'content_id', 'post_id' ) );
}

/** End it. */
function end_command(): void {
	command( [] );
}

/** Queue an event when a post of ours changed its status. */
function note_status( string $new_status, string $old_status, WP_Post $post ): void {
	if ( $new_status === $old_status ) {
		return;
	}
	list( $content_id, $operation_id ) = origin( (int) $post->ID );
	if ( $content_id ) {
		enqueue( 'post.status_changed', describe( $post, $content_id, $operation_id, $new_status, $old_status ) );
	}
}

/** Queue an event when a post of ours was deleted for good. */
function note_deletion( int $post_id, WP_Post $post ): void {
	$content_id = Publishing\content_of_post( $post_id );
	if ( $content_id ) {
		enqueue( 'post.deleted', describe( $post, $content_id, origin( $post_id )[1], 'deleted', $post->post_status ) );
	}
}

/**
 * Tell which content a post is, and which command is at work on it.
 *
 * @return array{0:int,1:string}
 */
function origin( int $post_id ): array {
	$command = command();
	if ( $command && $command['post_id'] === $post_id ) {
		return [ $command['content_id'], $command['operation_id'] ];
	}
	return [ Publishing\content_of_post( $post_id ), '' ];
}

/** Describe a post as the protocol does. */
function describe( WP_Post $post, int $content_id, string $operation_id, string $status, string $previous ): array {
	$modified = strtotime( $post->post_modified_gmt . ' +0000' );
	return [
		'post_id'         => (int) $post->ID,
		'content_id'      => $content_id,
		'post_status'     => $status,
		'previous_status' => $previous,
		'post_url'        => (string) get_permalink( $post ),
		'post_title'      => $post->post_title,
		'post_type'       => $post->post_type,
		'modified_gmt'    => Rest\rfc3339( 1000 * ( $modified > 0 ? $modified : time() ) ),
		'operation_id'    => $operation_id,
		'site_url'        => Connection\site_address(),
	];
}

/** Offer WordPress a schedule of one minute. */
function add_schedule( array $schedules ): array {
	$schedules['igny8_bridge_minute'] = [
		'interval' => MINUTE_IN_SECONDS,
		'display'  => 'Every minute',
	];
	return $schedules;
}

/** Keep the schedule while the site is connected. */
function keep_scheduled(): void {
	if ( ! wp_next_scheduled( CRON_HOOK ) && Connection\is_paired() ) {
		wp_schedule_event( time() + MINUTE_IN_SECONDS, 'igny8_bridge_minute', CRON_HOOK );
	}
}

/** End the schedule when the plugin is switched off. */
function unschedule(): void {
	wp_clear_scheduled_hook( CRON_HOOK );
}
